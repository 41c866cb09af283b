/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCHCALLER_H
#define TLSD_CLIENT_BENCHCALLER_H

/*
 * One connection after the other to one server, as cheap as it can honestly be, so that the
 * server is what is measured: connect, handshake, message, answer, close, with one key share
 * and few system calls. Everything that connections have in common is made once.
 *
 * The certificate is verified in full when it is seen for the first time; from then on it is
 * compared, byte by byte, with the one that was found to be good, for each handshake proves
 * that the server has its key. One thread at a time; each thread has a caller of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct benchcaller;
struct benchtally_call;
struct parameters;

/* What callers share, in all threads. */
struct benchcaller_plan {
	const struct parameters *parameters;
	struct address server;
	const char *message; /* what to send, NULL for nothing */
	size_t message_size;
	int64_t timeout_ms; /* to connect and shake hands, and for silence; 0: none */
	bool resume; /* each connection resumes the session of the one before */
};

/* `plan` must outlive it. NULL when memory is exhausted. */
struct benchcaller *benchcaller_new(const struct benchcaller_plan *plan);
void benchcaller_free(struct benchcaller *caller);

/* Makes one connection, and tells how it went. */
void benchcaller_call(struct benchcaller *caller, struct benchtally_call *call);

#endif
