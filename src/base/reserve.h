/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_RESERVE_H
#define TLSD_BASE_RESERVE_H

/*
 * Memory set aside for when there is none, so that what has begun can end in order: libgmp
 * aborts the process when an allocation fails, and GnuTLS, libtasn1 and libcrypto then use
 * what is freed. In tlsd, malloc.c takes from it. It is address space, and no memory until it
 * is used. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>

/* Sets it aside, if the system lets it. Once, before the other threads. */
void reserve_make(void);

/* A block of at least `size` bytes, aligned for anything, not zeroed; NULL when there is
 * none. */
void *reserve_take(size_t size);

/* Whether there will be such a block once others were returned. */
bool reserve_awaits(size_t size);

/* Whether `block` was taken from it. NULL was not. */
bool reserve_owns(const void *block);

/* The bytes that there are in such a block. */
size_t reserve_size(const void *block);

/* Takes such a block back. */
void reserve_return(void *block);

/* Whether so much of it is used that nobody who took from it can be waited for. */
bool reserve_is_low(void);

/* Whether whoever comes new can be served: nothing of it is used, or not much, and there is
 * memory again. */
bool reserve_is_ready(void);

#endif
