/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_HANDSHAKE_H
#define TLSD_TLS_SESSION_HANDSHAKE_H

/* The start of a session: its handshake, with the checks of the client's hello and of its
 * certificate. A session belongs to one thread. */

#include <stddef.h>

struct context;
struct session;
struct transport;

/* Flags for the start of a session. */
enum session_start {
	SESSION_COMPLETE =
	    0, /* the handshake ends when the client is known to be alive */
	SESSION_EARLY =
	    1, /* in TLS 1.3 it ends once our side has finished: for an answer that
			    * is the same for every client and reads nothing. It then leaves
			    * with our first flight, a round trip earlier. */
	SESSION_P256 = 2 /* the client's hello wants P-256: clienthello.h */
};

/*
 * Makes a session over `transport`, which is attached to a socket and outlives it, with the
 * settings of `context`. `record_size` is how much the client takes in a record, and `host` is
 * the host that its hello names, or NULL: clienthello.h. A hello that names another host is
 * refused. Returns NULL when memory is exhausted.
 */
struct session *session_new(const struct context *context, struct transport *transport,
    unsigned start, size_t record_size, const char *host);

/*
 * Does the handshake. Returns 0, or -1 with the failure kept and the right alert in the output,
 * which session_finish() sends. Returns SESSION_PARKED if transport_read() gives up: call it
 * again, after session_move(), when the client has sent more.
 */
int session_handshake(struct session *session);

/* Continues the handshake as far as possible without waiting. -1 with EAGAIN is not a failure:
 * the client must send more first. session_try_flush() sends what the client waits for. */
int session_try_handshake(struct session *session);

/* Completes the handshake after it ended early, for calls that need the client's Finished.
 * Returns what session_handshake() does. For the other files of this folder. */
int session_complete_handshake(struct session *session);

#endif
