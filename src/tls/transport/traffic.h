/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_TRAFFIC_H
#define TLSD_TLS_TRANSPORT_TRAFFIC_H

/* The bytes of a connection on the wire. One thread counts, any may read. */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct traffic {
	_Atomic(uint64_t) in, out;
};

/* Adds `n` to one of the counters. Only this thread writes it, so the addition need not be
 * atomic. */
static inline void
traffic_add(_Atomic(uint64_t) *bytes, size_t n)
{
	atomic_store_explicit(bytes,
	    atomic_load_explicit(bytes, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

#endif
