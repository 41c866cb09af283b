/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_RELAY_H
#define TLSD_RESPONDERS_RELAY_H

/*
 * Passes bytes between a client and a backend's socket, both directions at once and each to
 * an end of its own: the client's close_notify ends the backend's input, and the backend's
 * end becomes our close_notify while the client may go on. Memory is bounded: who does not
 * read is not read for either.
 */

#include <poll.h>
#include <stdbool.h>

#include "base/deadline.h"

struct relay;
struct session;

/*
 * What else has to be looked after while a relay goes on, such as the program at the other end
 * of the socket.
 */
struct relay_aside {
	struct pollfd
	    polls[2]; /* to wait for as well; those with an `fd` of -1 are not */
	struct deadline until; /* attend() is called then at the latest */
	/* Called in each turn, with `revents` filled in. -1 with a failure kept in the session
	 * ends the relay. */
	int (*attend)(struct relay_aside *aside, struct session *session);
	/* Called in each turn once nothing more can come from the backend's socket. 1 passes
	 * that on as the end of the answer, 0 asks again in the next turn, -1 is a failure. */
	int (*end)(struct relay_aside *aside, struct session *session);
	bool is_alone; /* set by attend(): what lies in the socket is the last of it */
};

/*
 * For a backend that is called `name` in reasons. `aside` may be NULL; with one, a reset by the
 * backend is an end, as aside->end() knows better. NULL when memory is exhausted.
 */
struct relay *relay_new(
    struct session *session, const char *name, struct relay_aside *aside);
void relay_free(struct relay *relay);

/*
 * Relays until both have ended, or the backend has and does not take any more. `fd` is a
 * connected stream socket that does not block; it stays the caller's. Returns 0, or -1 when
 * something was cut off, with the failure kept in the session; or SESSION_PARKED, to be
 * called again with the same one.
 */
int relay_run(struct relay *relay, int fd);

/*
 * After relay_run() has failed because the client broke off: passes on what the client sent
 * before, and drops what the backend says. Returns 0 once the backend's side has taken all of
 * it: TCP has acknowledged it, or the reader of a Unix-domain socket has read it. Returns -1 if
 * the relay failed otherwise, or if the backend takes nothing for the connection's idle time;
 * or SESSION_PARKED, to be called again.
 */
int relay_deliver(struct relay *relay, int fd);

/* True after relay_deliver() if the backend has said nothing so far that was not written to the
 * client's session. */
bool relay_has_passed_all(const struct relay *relay);

#endif
