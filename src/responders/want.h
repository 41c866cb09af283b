/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_WANT_H
#define TLSD_RESPONDERS_WANT_H

/*
 * Descriptors that cannot be had: whoever is idle gives some back to an answer that has not got
 * its own yet, and that waits for them without a worker.
 */

struct cursor;
struct session;

/*
 * What failed with `error`. 0: try it again. SESSION_PARKED: the same after a while, when the
 * answer is called again. Or -1 with `error` as errno, for no descriptor was wanting, it has
 * been so for seconds, or the session has failed.
 */
int want_descriptors(struct session *session, struct cursor *cursor, int error);

#endif
