/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_RELAY_H
#define TLSD_RESPONDERS_RELAY_H

/*
 * Passes bytes between a client and a backend's socket, both directions at once and each to
 * an end of its own: the client's close_notify ends the backend's input, and the backend's
 * end becomes our close_notify while the client may go on. Memory is bounded: who does not
 * read is not read for either.
 */

struct session;

/*
 * Relays until both have ended, or the backend has and does not take any more. `fd` is a
 * connected stream socket that does not block; it stays the caller's. `name` is the
 * backend's, for reasons. Returns 0, or -1 when something was cut off, with the failure
 * kept in the session.
 */
int relay_run(struct session *session, int fd, const char *name);

#endif
