/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake of a session. */
#include "tls/session/handshake.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls/clientauth/clientauth.h"
#include "tls/clientauth/clientchain.h"
#include "tls/clientauth/refusal.h"
#include "tls/hello/clienthello.h"
#include "tls/keys/challenge.h"
#include "tls/keys/clientcaps.h"
#include "tls/session/context.h"
#include "tls/session/hiddenname.h"
#include "tls/session/libcall.h"
#include "tls/session/pskauth.h"
#include "tls/session/pskrefusal.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/session/recordio.h"
#include "tls/session/tickets.h"
#include "tls/transport/output.h"
#include "tls/transport/pause.h"
#include "tls/x509/identity.h"

/* The library counts a little more than the bytes of a message. A certificate chain is the
 * longest message that follows the hello. */
#define HELLO_MAX (CLIENTHELLO_SIZE_MAX + 256)
#define HANDSHAKE_MESSAGE_MAX (32 * 1024 + 260)

/* Secrets stay here, regardless of SSLKEYLOGFILE in the daemon's environment. */
static int
keep_secret(gnutls_session_t tls, const char *label, const gnutls_datum_t *secret)
{
	struct session *session = gnutls_session_get_ptr(tls);

	(void)secret;
	earlydata_note_secret(&session->early, label);
	return 0;
}

/* True if the hello names the host by which the client was routed. RFC 8446, 4.1.2: a second
 * hello repeats the first one. */
static bool
names_host(const struct session *session, const struct clienthello *hello)
{
	return hello->name == NULL
	           ? session->host[0] == '\0'
	           : strlen(session->host) == hello->name_size &&
	                 memcmp(session->host, hello->name, hello->name_size) == 0;
}

/* Returns the versions that a hello without a list offers, as clienthello.h does: those up to its
 * first two bytes, at most TLS 1.2 (RFC 5246, E.1). */
static unsigned
versions_up_to(const unsigned char *hello, size_t size)
{
	if (size < 2 || hello[0] != 3)
		return 0;
	return (2U << (hello[1] < 3 ? hello[1] : 3)) - 1;
}

/* Called before the library reads a hello: the first one, or one that it has asked for. */
static int
read_hello(struct session *session, const gnutls_datum_t *message)
{
	struct clienthello hello;
	bool first = session->hellos++ == 0;

	pskauth_forget(session);
	if (clienthello_read_body(message->data, message->size, &hello) < 0)
		return GNUTLS_E_UNEXPECTED_PACKET_LENGTH;
	if (!names_host(session, &hello))
		return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
	session->lists_versions = hello.lists_versions;
	session->versions = hello.lists_versions
	                        ? hello.versions
	                        : versions_up_to(message->data, message->size);
	pskrefusal_note(session, &hello);
	if (context_equip_group(session->context, session->tls, &hello) < 0)
		return GNUTLS_E_INTERNAL_ERROR;
	if (context_chooses_pairs(session->context))
		clientcaps_read(&session->client, context_policy(session->context),
		    message->data, message->size);
	if (!hiddenname_is_needed(&hello)) {
		tickets_choose_key(context_tickets(session->context), session->tls,
		    message->data, message->size);
		return 0;
	}
	if (!first)
		return 0;
	hiddenname_hide(session->tls);
	return tickets_bind_name(context_tickets(session->context), session->tls,
		   hello.said, hello.said_size, message->data, message->size) < 0
	           ? GNUTLS_E_INTERNAL_ERROR
	           : 0;
}

/* RFC 8446, 4.2.1: a client that lists versions gets one of them. The library ignores the list
 * if TLS 1.3 is not enabled. */
static bool
offers_version(const struct session *session, unsigned version)
{
	return !session->lists_versions ||
	       (session->versions >> (version - GNUTLS_SSL3) & 1) != 0;
}

/* Loads the certificate for the challenge, once for a session. */
static int
present_challenge(struct session *session)
{
	char reason[CHALLENGE_REASON_SIZE];

	if (session->challenge != NULL)
		return 0;
	enum failure failure = challenge_load(context_challenges(session->context),
	    session->host, &session->challenge, reason);
	if (failure == FAILURE_NONE)
		return gnutls_credentials_set(
		    session->tls, GNUTLS_CRD_CERTIFICATE, session->challenge);
	session->challenge = NULL;
	session_fail(session, failure, "%s", reason);
	return failure == FAILURE_INTERNAL ? GNUTLS_E_INTERNAL_ERROR
	                                   : GNUTLS_E_NO_APPLICATION_PROTOCOL;
}

/* Chooses what the session presents. Returns 0 or a code of the library. */
static int
choose_certificate(struct session *session, unsigned version)
{
	if (context_challenges(session->context) != NULL)
		return present_challenge(session);
	session->offer = context_choose(session->context,
	    session->host[0] != '\0' ? session->host : NULL, &session->client,
	    version == GNUTLS_TLS1_3);
	return 0;
}

/* Called once the version is known, and before the suite is chosen. */
static int
on_version(gnutls_session_t tls)
{
	struct session *session = gnutls_session_get_ptr(tls);
	unsigned version = gnutls_protocol_get_version(tls);

	if (!offers_version(session, version))
		return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
	int code = choose_certificate(session, version);
	if (code < 0)
		return code;
	return version == GNUTLS_TLS1_2 ? context_equip_tls12(session->context, tls)
	                                : 0;
}

/* RFC 5246 has no alert for a client that gave no certificate. */
static unsigned
alert_for(const struct session *session, const struct refusal *refusal)
{
	return refusal->alert == GNUTLS_A_CERTIFICATE_REQUIRED &&
	               gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3
	           ? GNUTLS_A_HANDSHAKE_FAILURE
	           : refusal->alert;
}

/*
 * Returns 0 if the client is accepted, with or without a certificate, which a pre-shared key
 * replaces. The library calls this when it has the client's answer to its request, but not when
 * a session is resumed.
 */
static int
check_client(gnutls_session_t tls)
{
	struct session *session = gnutls_session_get_ptr(tls);
	struct clientchain chain = { .count = 0 };
	struct identity identity;
	struct refusal refusal;

	if (pskauth_is_used(session))
		return 0;
	if (session->client_checked)
		return session->fault.failure == FAILURE_NONE ? 0 : -1;
	session->client_checked = true;
	chain.certs = gnutls_certificate_get_peers(tls, &chain.count);
	bool accepted = clientauth_accepts(
	    context_clientauth(session->context), &chain, &identity, &refusal);
	if (chain.count > 0) {
		session->identity = malloc(sizeof identity);
		if (session->identity == NULL)
			return session_fail(session, FAILURE_INTERNAL, "out of memory");
		*session->identity = identity;
	}
	if (accepted)
		return 0;
	session->refusal_alert = (int)alert_for(session, &refusal);
	return session_fail(session, refusal.failure, "%s", refusal.reason);
}

/*
 * Called before the ServerHello is sent. If a first hello has a ticket and a second one has
 * none, the library takes the session for resumed, with the client's certificate from the
 * ticket, but with keys that need no secret of the ticket. Anyone can send a first hello that
 * was recorded.
 */
static int
check_resumption(struct session *session, const gnutls_datum_t *message)
{
	if (gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3 ||
	    !gnutls_session_is_resumed(session->tls) ||
	    tickets_are_selected(message->data, message->size))
		return 0;
	session_fail(session, FAILURE_PROTOCOL,
	    "the second hello lacks the ticket of the first one");
	return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

/*
 * Called before the library reads a message of the client: a hello, or a signature. In TLS 1.3
 * it would call check_client() only after it has tried the signature. With an RSA key chosen by
 * the client, this can take a minute.
 */
static int
on_message(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	struct session *session = gnutls_session_get_ptr(tls);

	(void)when;
	if (!incoming) {
		if (type != GNUTLS_HANDSHAKE_SERVER_HELLO)
			return 0;
		gnutls_handshake_set_max_packet_length(tls, HANDSHAKE_MESSAGE_MAX);
		return check_resumption(session, message);
	}
	switch (type) {
	case GNUTLS_HANDSHAKE_CLIENT_HELLO:
		return read_hello(session, message);
	case GNUTLS_HANDSHAKE_CLIENT_HELLO_V2:
		return GNUTLS_E_UNEXPECTED_PACKET;
	case GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY:
		return context_clientauth(session->context) != NULL ? check_client(tls)
		                                                    : 0;
	default:
		return 0;
	}
}

struct session *
session_new(const struct context *context, struct transport *transport, unsigned start,
    size_t record_size, const char *host)
{
	/* One ticket, of our own, instead of the library's two. */
	const unsigned flags = GNUTLS_SERVER | GNUTLS_NO_SIGNAL |
	                       GNUTLS_NO_AUTO_SEND_TICKET |
	                       (start & SESSION_EARLY ? GNUTLS_ENABLE_EARLY_START : 0);
	struct session *session = calloc(1, sizeof *session);

	if (session == NULL)
		return NULL;
	recordguard_init(&session->guard);
	session->early.allowed = start & SESSION_EARLY;
	session->early.record_size = record_size;
	session->refusal_alert = -1;
	if (host != NULL)
		snprintf(session->host, sizeof session->host, "%s", host);
	session->transport = transport;
	session->context = context;
	if (context_challenges(context) == NULL)
		session->offer = pairs_offer(context_pairs(context), 0);
	session->has_tickets = context_tickets(context)->keys.count > 0;
	session->pskauth = context_pskauth(context);
	if (gnutls_init(&session->tls, flags) < 0) {
		free(session);
		return NULL;
	}
	if (context_equip(context, session->tls, start & SESSION_P256) < 0) {
		session_free(session);
		return NULL;
	}
	recordio_connect(session);
	gnutls_session_set_ptr(session->tls, session);
	gnutls_handshake_set_post_client_hello_function(session->tls, on_version);
	gnutls_handshake_set_hook_function(
	    session->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, on_message);
	if (context_clientauth(context) != NULL)
		gnutls_session_set_verify_function(session->tls, check_client);
	gnutls_handshake_set_max_packet_length(session->tls, HELLO_MAX);
	gnutls_session_set_keylog_function(session->tls, keep_secret);
	return session;
}

/*
 * Sends a ticket for resumption. If the client cannot use it, or if it cannot be made, the
 * connection is not affected. The ticket leaves with the next output: if a client closes
 * without having read it, its kernel resets the connection, and the last bytes that the client
 * sent are lost.
 */
static void
send_ticket(struct session *session)
{
	if (!session->has_tickets ||
	    gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3)
		return;
	bool is_alone = transport_is_empty(session->transport);
	gnutls_session_ticket_send(session->tls, 1, 0);
	if (is_alone)
		transport_defer(session->transport);
}

/* Keeps the failure of the handshake with the library's `code`. Returns -1. */
static int
fail_handshake(struct session *session, int code)
{
	pskauth_blame(session, code);
	return libcall_fail(session, code);
}

/* Checks the client of a complete handshake where the library has not. Returns 0 or -1. */
static int
conclude_checks(struct session *session)
{
	if (pskauth_settle(session) < 0)
		return -1;
	return gnutls_session_is_resumed(session->tls) &&
	               context_clientauth(session->context) != NULL
	           ? check_client(session->tls)
	           : 0;
}

int
session_handshake(struct session *session)
{
	int code;

	do
		code = gnutls_handshake(session->tls);
	while (libcall_is_again(session, code) && !session->early.open &&
	       !transport_is_parked(session->transport));
	if (session->early.open)
		return 0;
	if (libcall_is_again(session, code))
		return SESSION_PARKED;
	if (code < 0)
		return fail_handshake(session, code);
	session->early.allowed = false;
	session->handshaken = true;
	recordguard_forget(&session->guard);
	if (conclude_checks(session) < 0)
		return libcall_fail(session, GNUTLS_E_CERTIFICATE_ERROR);
	send_ticket(session);
	return 0;
}

int
session_try_handshake(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	session->nonblocking = true;
	int code = gnutls_handshake(session->tls);
	session->nonblocking = false;
	errno = libcall_is_again(session, code) ? EAGAIN : EPROTO;
	if (code < 0)
		return errno == EAGAIN ? -1 : fail_handshake(session, code);
	return 0;
}

int
session_complete_handshake(struct session *session)
{
	session->early.open = false;
	int result = session_handshake(session);
	session->early.open = result == SESSION_PARKED;
	return result;
}
