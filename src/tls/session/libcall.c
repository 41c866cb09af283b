/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of calls of the library. */
#include "tls/session/libcall.h"

#include <errno.h>
#include <gnutls/gnutls.h>

#include "base/alert.h"
#include "tls/session/context.h"
#include "tls/session/pskrefusal.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/transport.h"

/* Returns how the client ended its side, as the socket shows it. */
static enum session_end
end_of_client(const struct transport *transport)
{
	if (transport->failure == TRANSPORT_END)
		return SESSION_END_FIN;
	return transport->failure == TRANSPORT_BROKEN &&
	               (transport->error == ECONNRESET || transport->error == EPIPE)
	           ? SESSION_END_RESET
	           : SESSION_OPEN;
}

void
libcall_note_end(struct session *session)
{
	if (session->end == SESSION_OPEN)
		session->end = end_of_client(session->transport);
}

int
libcall_fail_transport(struct session *session)
{
	libcall_note_end(session);
	fault_of_transport(&session->fault, session->transport, session->handshaken);
	return -1;
}

static int
fail_alert(struct session *session, unsigned alert, const char *how)
{
	session_fail(session, FAILURE_CLIENT_ALERT,
	    "the client refused: %s%s (alert %u)", alert_name(alert), how, alert);
	session->fault.alert_due = false;
	return -1;
}

static int
fail_flood(struct session *session)
{
	session_fail(session, FAILURE_PROTOCOL, "%u records in a row without progress",
	    session->guard.begun);
	gnutls_alert_send(session->tls, GNUTLS_AL_FATAL, GNUTLS_A_UNEXPECTED_MESSAGE);
	session->fault.alert_due = false;
	return -1;
}

/* If only TLS 1.3 is enabled, the library accepts an older hello and then blames the cipher
 * suites. */
static int
find_cause(const struct session *session, int code)
{
	unsigned version = gnutls_protocol_get_version(session->tls);

	return code == GNUTLS_E_NO_CIPHER_SUITES &&
	               !context_speaks(session->context, version)
	           ? GNUTLS_E_UNSUPPORTED_VERSION_PACKET
	           : code;
}

/*
 * If the second hello has no key share of the group that the HelloRetryRequest named, the library
 * blames the lack of a common group, although the first hello listed this one. Notes the true
 * reason, and returns the code for it.
 */
static int
judge_retry(struct session *session, int code)
{
	if (code != GNUTLS_E_NO_COMMON_KEY_SHARE || session->hellos < 2)
		return code;
	session_fail(session, FAILURE_PROTOCOL,
	    "the second hello lacks the key share that was asked for");
	return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

/* Fails because client and service have no version in common. Returns false if they have one. */
static bool
fail_versions(struct session *session)
{
	static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1",
		"TLS 1.2" };
	const unsigned tls12 = 1U << 3, tls13 = 1U << 4, offered = session->versions;
	bool has_12 = context_speaks(session->context, GNUTLS_TLS1_2);
	bool has_13 = context_speaks(session->context, GNUTLS_TLS1_3);
	int newest = 3;

	if (offered == 0 || (has_12 && (offered & tls12) != 0) ||
	    (has_13 && (offered & tls13) != 0))
		return false;
	while ((offered >> newest & 1) == 0 && newest > 0)
		newest--;
	if ((offered & tls13) != 0)
		session_fail(session, FAILURE_VERSION,
		    "the client does not offer TLS 1.2, but the service allows no "
		    "newer "
		    "version");
	else
		session_fail(session, FAILURE_VERSION,
		    "the client offers at most %s, but the service requires %s",
		    names[newest],
		    !has_12  ? "TLS 1.3"
		    : has_13 ? "TLS 1.2 or 1.3"
			     : "TLS 1.2");
	return true;
}

bool
libcall_is_again(const struct session *session, ssize_t code)
{
	if (session->transport->failure != TRANSPORT_FINE)
		return false;
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED ||
	       code == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

int
libcall_end(struct session *session)
{
	int code;

	do
		code = gnutls_bye(session->tls, GNUTLS_SHUT_WR);
	while (libcall_is_again(session, code));
	session->ended = true;
	return code;
}

int
libcall_fail(struct session *session, int code)
{
	enum transport_failure below = session->transport->failure;

	if (below != TRANSPORT_FINE) {
		libcall_fail_transport(session);
		session->fault.alert_due = false;
		return -1;
	}
	if (session->guard.flooded)
		return fail_flood(session);
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return fail_alert(
		    session, (unsigned)gnutls_alert_get(session->tls), "");
	if (session->guard.plain_alert >= 0)
		return fail_alert(session, (unsigned)session->guard.plain_alert,
		    ", sent in plaintext");
	code = judge_retry(session, find_cause(session, code));
	bool is_explained = fault_class(code) == FAILURE_VERSION
	                        ? fail_versions(session)
	                        : pskrefusal_explain(session, code);
	if (!is_explained)
		session_fail(session, fault_class(code), "%s", fault_text(code));
	if (session->refusal_alert >= 0)
		gnutls_alert_send(session->tls, GNUTLS_AL_FATAL,
		    (gnutls_alert_description_t)session->refusal_alert);
	else
		gnutls_alert_send_appropriate(session->tls, code);
	/* no_renegotiation is a warning (RFC 5246, 7.2.2): it does not end a connection. */
	if (code == GNUTLS_E_REHANDSHAKE && !session->ended)
		libcall_end(session);
	session->fault.alert_due = false;
	return -1;
}
