/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Application data of a session. */
#include "tls/session/appdata.h"

#include <errno.h>
#include <gnutls/gnutls.h>

#include "tls/session/closure.h"
#include "tls/session/handshake.h"
#include "tls/session/libcall.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pause.h"

#define RECORD_MAX 16384 /* the most that one holds: RFC 8446, 5.1 */
#define CONTROL_ROOM 1024 /* for alerts, close_notify and an update of keys */

static void
note_read(struct session *session, size_t n)
{
	session->bytes_in += n;
	if (n == 0)
		session->end = SESSION_END_NOTIFY;
	else
		recordguard_forget(&session->guard);
}

/* Returns what a read returns after the library returned `n`. */
static ssize_t
finish_read(struct session *session, ssize_t n)
{
	if (libcall_is_again(session, n)) {
		errno = EAGAIN;
		return -1;
	}
	if (n < 0) {
		libcall_fail(session, (int)n);
		errno = EPROTO;
		return -1;
	}
	note_read(session, (size_t)n);
	return n;
}

ssize_t
session_read(struct session *session, void *bytes, size_t size)
{
	ssize_t n;

	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	do
		n = gnutls_record_recv(session->tls, bytes, size);
	while (
	    libcall_is_again(session, n) && !transport_is_parked(session->transport));
	return finish_read(session, n);
}

ssize_t
session_try_read(struct session *session, void *bytes, size_t size)
{
	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	session->nonblocking = true;
	ssize_t n = gnutls_record_recv(session->tls, bytes, size);
	session->nonblocking = false;
	if (n < 0 && !libcall_is_again(session, n)) {
		libcall_note_end(session);
		if (session_has_left(session))
			return 0;
	}
	return finish_read(session, n);
}

bool
session_has_input(const struct session *session)
{
	const unsigned char *bytes;

	return gnutls_record_check_pending(session->tls) > 0 ||
	       transport_pending(session->transport, &bytes) > 0;
}

/* Does what session_complete_handshake() does, but waits for the client. */
static int
wait_for_finished(struct session *session)
{
	bool parks = transport_park(session->transport, false);
	int result = session_complete_handshake(session);

	transport_park(session->transport, parks);
	return result;
}

/* Writes the bytes that can leave before the client's Finished. Returns how many, or -1. */
static ssize_t
write_early(struct session *session, const void *bytes, size_t size)
{
	size_t n = earlydata_write(
	    &session->early, session->tls, session->transport, bytes, size);

	session->bytes_out += n;
	session->written = transport_written(session->transport);
	return n < size && wait_for_finished(session) < 0 ? -1 : (ssize_t)n;
}

int
session_write(struct session *session, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (session->early.open) {
		ssize_t n = write_early(session, bytes, size);
		if (n < 0)
			return -1;
		from += n;
		size -= (size_t)n;
	}
	while (size > 0) {
		ssize_t n = gnutls_record_send(session->tls, from, size);
		if (libcall_is_again(session, n))
			continue;
		if (n < 0)
			return libcall_fail(session, (int)n);
		from += n;
		size -= (size_t)n;
		session->bytes_out += (uint64_t)n;
		session->written = transport_written(session->transport);
	}
	return 0;
}

int
session_make_room(struct session *session)
{
	const size_t record = gnutls_record_get_max_size(session->tls);
	const size_t whole = record + gnutls_record_overhead_size(session->tls);
	const size_t records = (RECORD_MAX + record - 1) / record;

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (session->early.open)
		return earlydata_is_full(&session->early)
		           ? session_complete_handshake(session)
		           : 0;
	if (transport_make_room(session->transport, CONTROL_ROOM + records * whole) ==
	    0)
		return 0;
	return transport_is_parked(session->transport)
	           ? SESSION_PARKED
	           : libcall_fail_transport(session);
}

size_t
session_room(const struct session *session)
{
	const size_t record = gnutls_record_get_max_size(session->tls);
	const size_t whole = record + gnutls_record_overhead_size(session->tls);
	size_t room = transport_room(session->transport);

	if (room < CONTROL_ROOM)
		return 0;
	room = (room - CONTROL_ROOM) / whole * record;
	return room < RECORD_MAX ? 0 : room;
}

int
session_try_flush(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (transport_try_flush(session->transport) == 0 || errno == EAGAIN ||
	    transport_is_deaf(session->transport))
		return 0;
	return libcall_fail_transport(session);
}
