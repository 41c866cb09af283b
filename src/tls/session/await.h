/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_AWAIT_H
#define TLSD_TLS_SESSION_AWAIT_H

/* Waiting for the client of a session and for other descriptors at once, and the reasons for
 * which a session parks there. A session belongs to one thread. */

#include <stddef.h>

#include "base/deadline.h"

struct pollfd;
struct session;

/*
 * Sleeps once, until the client may have sent something or takes more output, one of the
 * `count` others is ready, or `until`. Input counts if `events` is POLLIN and not 0; each `fd`
 * may be -1. Returns POLLIN if session_try_read() is worth a call and otherwise 0, with the
 * others' `revents` filled in. Returns -1 after a failure; the end of the connection's time or
 * of its idle time is one. The readiness of the first of the others counts as activity. Returns
 * SESSION_PARKED after a short while without input, or if another connection needs the thread:
 * call it again as for session_handshake().
 */
int session_await(struct session *session, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* Does what session_await() does for the others alone, regardless of the client and its time,
 * for callers that must wait for an end. Returns 0 or SESSION_PARKED. */
int session_await_others(struct session *session, struct pollfd *others, size_t count,
    struct deadline until);

/* Returns when the connection ends if nothing moves from now on. */
struct deadline session_idle_end(const struct session *session);

/* Gives back memory that is not needed while nothing moves. */
void session_rest(struct session *session);

#endif
