/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a session. */
#include "tls/session/closure.h"

#include <gnutls/gnutls.h>

#include "tls/session/handshake.h"
#include "tls/session/libcall.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pause.h"

/* True if the client's system has taken all that was written. */
static bool
has_all_output(const struct session *session)
{
	return transport_has_delivered(session->transport, session->written);
}

/* True if the client has gone and needed nothing more. */
static bool
needs_nothing_more(const struct session *session)
{
	return (session->ended || session->excused) && session->end != SESSION_OPEN &&
	       has_all_output(session);
}

bool
session_has_left(const struct session *session)
{
	return session->ended &&
	       (session->end == SESSION_END_FIN || needs_nothing_more(session));
}

bool
session_excuse(struct session *session)
{
	if (session->fault.failure != FAILURE_EARLY_CLOSE || !session->handshaken ||
	    session->end == SESSION_OPEN || recordguard_are_cut(&session->guard) ||
	    gnutls_record_check_pending(session->tls) > 0 || !has_all_output(session))
		return false;
	session->fault = (struct fault){ .failure = FAILURE_NONE };
	session->excused = true;
	return true;
}

bool
session_is_excused(const struct session *session)
{
	return session->excused;
}

int
session_end(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE)
		return -1;
	int code = libcall_end(session);
	return code < 0 ? libcall_fail(session, code) : 0;
}

/*
 * True if the client has sent nothing yet. Chromium drops a connection that ends before its
 * request has left, although the whole answer has arrived.
 */
static bool
must_hold_end(const struct session *session)
{
	const unsigned char *bytes;

	return session->fault.failure == FAILURE_NONE && session->bytes_in == 0 &&
	       session->end == SESSION_OPEN &&
	       (session_is_early(session) ||
		   transport_pending(session->transport, &bytes) == 0);
}

bool
session_holds_end(const struct session *session)
{
	return session->end_held;
}

/* Sends the pending output, and the end of our side unless that must wait for the client. */
static int
send_end(struct session *session)
{
	session->end_held = must_hold_end(session);
	return session->end_held ? transport_flush(session->transport)
	                         : transport_finish(session->transport);
}

int
session_finish(struct session *session)
{
	if (session->fault.failure == FAILURE_NONE && session->early.open &&
	    session_complete_handshake(session) == SESSION_PARKED)
		return SESSION_PARKED;
	if (session->fault.alert_due && !session->ended)
		gnutls_alert_send(
		    session->tls, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
	session->fault.alert_due = false;
	if (session->fault.failure == FAILURE_NONE && !session->ended &&
	    !session->excused)
		libcall_end(session);
	if (send_end(session) < 0) {
		if (transport_is_parked(session->transport))
			return SESSION_PARKED;
		libcall_note_end(session);
		if (!needs_nothing_more(session))
			libcall_fail_transport(session);
	}
	return session->fault.failure == FAILURE_NONE ? 0 : -1;
}
