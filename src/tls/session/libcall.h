/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_LIBCALL_H
#define TLSD_TLS_SESSION_LIBCALL_H

/*
 * Results of calls of the library: whether to call again, and how a code becomes the session's
 * failure and an alert. For the files of this folder only. Single thread.
 */

#include <stdbool.h>
#include <sys/types.h>

struct session;

/*
 * True if the library must be called again. This is the only place that decides it. A blocking
 * call may return AGAIN inside a record, but never once the transport has failed.
 */
bool libcall_is_again(const struct session *session, ssize_t code);

/* Turns the library's code into a failure with a reason, of which the first stays, and sends
 * the alert for it. Returns -1. */
int libcall_fail(struct session *session, int code);

/* Records that the socket failed below TLS. Returns -1. */
int libcall_fail_transport(struct session *session);

/* Notes how the client ended its side, if the socket shows it. */
void libcall_note_end(struct session *session);

/* Writes our close_notify. Returns 0, or a code for libcall_fail(). */
int libcall_end(struct session *session);

#endif
