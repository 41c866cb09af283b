/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_FDWAIT_H
#define TLSD_RESPONDERS_FDWAIT_H

/*
 * Waiting for descriptors, without a worker. Idle connections give some back to an answer that
 * does not have its own yet.
 */

struct cursor;
struct session;

/*
 * Handles a call that failed with `error`. 0: try it again. SESSION_PARKED: the answer parks
 * and tries it again when it is called next. -1 with `error` as errno: it was not for lack of
 * descriptors, they have been lacking for seconds, or the session has failed.
 */
int fdwait_descriptors(struct session *session, struct cursor *cursor, int error);

#endif
