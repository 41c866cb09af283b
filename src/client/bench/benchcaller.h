/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_BENCHCALLER_H
#define TLSD_CLIENT_BENCH_BENCHCALLER_H

/*
 * Makes one connection after the other to one server, as cheaply as is fair, so that the server
 * is measured: connect, handshake, message, answer, close, with one key share and few system
 * calls. Data that all connections share is made once.
 *
 * The certificate is verified in full when it is first seen. Later handshakes compare it, byte
 * by byte, with the verified one, because each handshake proves that the server has its key.
 * One thread at a time; each thread has its own caller.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/address.h"

struct benchcaller;
struct benchtally_call;
struct parameters;

/* The settings that all callers share, in all threads. */
struct benchcaller_plan {
	const struct parameters *parameters;
	struct address server;
	const char *message; /* to send; NULL for none */
	size_t message_size;
	int64_t timeout_ms; /* to connect and shake hands, and for silence; 0: none */
	bool resume; /* each connection resumes the session of the previous one */
};

/* Makes a caller; `plan` must outlive it. Returns NULL if memory is exhausted. */
struct benchcaller *benchcaller_new(const struct benchcaller_plan *plan);
void benchcaller_free(struct benchcaller *caller);

/* Makes one connection and stores its outcome in `call`. */
void benchcaller_call(struct benchcaller *caller, struct benchtally_call *call);

#endif
