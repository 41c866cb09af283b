/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKEND_RELAY_H
#define TLSD_RESPONDERS_BACKEND_RELAY_H

/*
 * Passes bytes between a client and a backend's socket, in both directions at once. Each
 * direction ends on its own. The client's close_notify ends the backend's input. The backend's
 * end becomes our close_notify, while the client may go on. Memory is bounded: a side that does
 * not read stops the other side.
 */

#include <poll.h>
#include <stdbool.h>

#include "base/deadline.h"

struct relay;
struct session;

/*
 * Other events to handle while a relay runs, such as those of the program at the socket's other
 * end.
 */
struct relay_aside {
	struct pollfd polls[2]; /* to wait for as well; an `fd` of -1 is ignored */
	struct deadline until; /* attend() is called at this time at the latest */
	/* Called in each turn, with `revents` filled in. -1 with a failure kept in the session
	 * ends the relay. */
	int (*attend)(struct relay_aside *aside, struct session *session);
	/* Called in each turn once the backend's socket can deliver nothing more. Returns 1 to
	 * end the answer, 0 to be asked again in the next turn, or -1 for a failure. */
	int (*end)(struct relay_aside *aside, struct session *session);
	bool is_alone; /* set by attend(): the socket holds the last bytes */
};

/*
 * Makes a relay for a backend that is called `name` in reasons. `aside` may be NULL. Otherwise
 * a reset by the backend counts as an end, and aside->end() decides. Returns NULL if memory is
 * exhausted.
 */
struct relay *relay_new(
    struct session *session, const char *name, struct relay_aside *aside);
void relay_free(struct relay *relay);

/*
 * Relays until both sides have ended, or the backend has ended and takes no more. `fd` is a
 * connected non-blocking stream socket, which the caller keeps. Returns 0, or -1 with the
 * failure kept in the session if something was cut off. After SESSION_PARKED call it again with
 * the same `fd`.
 */
int relay_run(struct relay *relay, int fd);

/*
 * After relay_run() has failed because the client broke off: passes on the bytes that the
 * client sent before, and drops those of the backend. Returns 0 once the backend's side has
 * taken all of them: TCP has acknowledged them, or the reader of a Unix-domain socket has read
 * them. Returns -1 if the relay failed otherwise, or if the backend takes nothing for the
 * connection's idle time. After SESSION_PARKED call it again.
 */
int relay_deliver(struct relay *relay, int fd);

/* True after relay_deliver() if all bytes that the backend has sent so far were written to the
 * client's session. */
bool relay_has_passed_all(const struct relay *relay);

#endif
