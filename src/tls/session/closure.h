/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_CLOSURE_H
#define TLSD_TLS_SESSION_CLOSURE_H

/* The end of a session: close_notify in each direction (RFC 8446, 6.1), and clients that leave
 * without one. A session belongs to one thread. */

#include <stdbool.h>

struct session;

/* Ends our direction by a close_notify, which session_try_flush() sends. The client may
 * continue. Nothing can be written afterwards. Returns 0, or -1 after a failure. */
int session_end(struct session *session);

/*
 * Sends close_notify with all pending output, and ends our side of the connection unless
 * session_holds_end(). It does not wait for the client's close_notify. Returns 0, or -1 after a
 * failure, or SESSION_PARKED as long as the client does not take the output.
 */
int session_finish(struct session *session);

/* True after session_finish() if our side of the connection is still open, because the client
 * has not sent anything. The caller calls shutdown(2) once it has, or at a deadline. */
bool session_holds_end(const struct session *session);

/*
 * Withdraws FAILURE_EARLY_CLOSE if the client lost nothing by leaving without a close_notify:
 * its last record was complete, and its system has taken everything that was written. Most
 * programs leave like that. Nothing more is sent to the client then. The caller ensures that
 * the client's bytes were passed on and that nothing else remained to be written. Returns true
 * if it withdrew the failure.
 */
bool session_excuse(struct session *session);

/* True if session_excuse() withdrew a failure. */
bool session_is_excused(const struct session *session);

/* True if a client that has our close_notify has left without its own, which loses no data. It
 * may still read if it only ended its side. For the other files of this folder. */
bool session_has_left(const struct session *session);

#endif
