/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_APPDATA_H
#define TLSD_TLS_SESSION_APPDATA_H

/*
 * Application data of a session: reading and writing, with and without waiting.
 *
 * Callers that serve the client and another descriptor at once, or both directions, must not
 * wait in either. Such a loop sends with session_try_flush(), sleeps only in session_await(),
 * and reads with session_try_read(). It hands session_write() at most session_room() bytes. A
 * session belongs to one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct session;

/* Reads up to `size` bytes from the client. Returns how many, 0 after the client's
 * close_notify, or -1 after a failure. -1 with EAGAIN is not a failure: it means
 * SESSION_PARKED. */
ssize_t session_read(struct session *session, void *bytes, size_t size);

/* Reads as session_read() does, without waiting. -1 with EAGAIN is not a failure: nothing has
 * come. After session_end(), a client that leaves without a close_notify has also ended its
 * side. */
ssize_t session_try_read(struct session *session, void *bytes, size_t size);

/* True if bytes have arrived that poll(2) on the socket does not report. */
bool session_has_input(const struct session *session);

/* Writes all of `size` bytes into the transport's buffer. Returns 0, or -1 after a failure. */
int session_write(struct session *session, const void *bytes, size_t size);

/* Ensures that session_write() takes a full record without waiting. Returns 0, or -1 after a
 * failure. Returns SESSION_PARKED if the client makes us wait or another connection needs the
 * thread: call it again as for session_handshake(). */
int session_make_room(struct session *session);

/* Returns how many bytes session_write() takes without waiting; 0 if that is less than one full
 * record (RFC 8446, 5.1). */
size_t session_room(const struct session *session);

/* Sends as much of the output as the client takes now. Returns 0, or -1 after a failure. */
int session_try_flush(struct session *session);

#endif
