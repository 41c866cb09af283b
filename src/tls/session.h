/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_H
#define TLSD_TLS_SESSION_H

/*
 * One TLS session of the server's side: handshake, reading, writing, closing, all blocking
 * and bounded by the transport's deadlines. The first thing that goes wrong is kept as a
 * failure with a reason in words. A session belongs to one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/failure.h"

struct context;
struct session;
struct transport;

/* What was agreed upon, for the log; the strings live as long as the session. */
struct session_facts {
	const char *version; /* "TLS1.3" */
	const char *cipher; /* "AES-128-GCM" */
	const char *group; /* "X25519" */
	const char *sni; /* escaped; "-" when the client sent none */
	char alpn[256]; /* the same */
	bool resumed;
	bool early; /* the answer left before the client had finished its handshake */
	uint64_t bytes_in, bytes_out; /* of application data */
};

/* When session_handshake() may return. */
enum session_start {
	SESSION_COMPLETE, /* the client has finished, and is known to be alive */
	SESSION_EARLY /* in TLS 1.3 once our side has: for an answer that is the same for
		       * everybody. The answer then leaves with our first flight, a round
		       * trip earlier. */
};

/*
 * A session over `transport`, which is attached to a socket and outlives it, with what
 * `context` holds. Waits for the first bytes of the client's hello, to suit what it brings.
 * Returns NULL when memory is exhausted.
 */
struct session *session_new(const struct context *context, struct transport *transport,
    enum session_start start);
void session_free(struct session *session);

/* Shakes hands. 0, or -1 with the failure kept and the right alert on its way, which
 * session_finish() sends. */
int session_handshake(struct session *session);

/* Whether session_handshake() came back early: what the client then still sends is its
 * part of the handshake, and unverified. */
bool session_is_early(const struct session *session);

/* Reads up to `size` bytes of what the client sent. Returns how many, 0 after the client's
 * close_notify, -1 after a failure. */
ssize_t session_read(struct session *session, void *bytes, size_t size);

/* Writes all of `size` bytes, gathering them in the transport. 0, or -1 after a failure. */
int session_write(struct session *session, const void *bytes, size_t size);

/* Sends close_notify with all that has gathered (RFC 8446, 6.1), and ends our side of the
 * connection. It does not wait for the client's. 0, or -1 after a failure. */
int session_finish(struct session *session);

/*
 * Keeps a failure of the caller's own, so that the client is told by an alert,
 * internal_error, that the answer is not whole. The first failure stays. Returns -1.
 */
int session_fail(struct session *session, enum failure failure, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

enum failure session_failure(const struct session *session);

/* The reason in words, "" without a failure. */
const char *session_reason(const struct session *session);

void session_facts(const struct session *session, struct session_facts *facts);

#endif
