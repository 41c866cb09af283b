/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of a server's behaviour after the hellos. */
#include "client/check/behaviour.h"

#include <gnutls/gnutls.h>

#include <stdlib.h>
#include <string.h>

#include "base/alert.h"
#include "base/deadline.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "client/connection/channel.h"
#include "client/connection/ending.h"
#include "client/options/options.h"
#include "client/options/parameters.h"
#include "client/check/scantarget.h"

#define NAME_SIZE 256
#define RENEGOTIATION_MS 1000
#define DH_BITS 2048

static void
check_alpn(struct scantarget *patient, gnutls_session_t session)
{
	gnutls_datum_t protocol;

	if (patient->options->alpn.count == 0)
		return;
	if (gnutls_alpn_get_selected_protocol(session, &protocol) == 0) {
		char text[NAME_SIZE];
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "alpn", NULL,
		    "%s was agreed on",
		    text_escape(text, sizeof text, protocol.data, protocol.size));
	} else {
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "alpn",
		    "configure one of them on the server",
		    "none of those offered was agreed on");
	}
}

static void
check_client_certificate(
    struct scantarget *patient, const struct channel *channel, struct ending ending)
{
	bool asked =
	    gnutls_certificate_client_get_request_status(channel_session(channel)) != 0;
	bool given = patient->parameters->has_certificate;

	if (ending.kind == ENDING_REFUSED && asked)
		diagnosis_add(&patient->diagnosis,
		    given ? SEVERITY_FAIL : SEVERITY_NOTE, "client cert",
		    given ? "use one of an authority that the server trusts"
			  : "give one with --cert FILE",
		    given ? "the one sent is refused: %s" : "is required: %s",
		    alert_name(channel_alert(channel)));
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "client cert", NULL,
		    "%s",
		    !asked  ? "is not requested"
		    : given ? "is requested, and the one sent is accepted"
			    : "is requested, not required");
}

static void
check_end(
    struct scantarget *patient, const struct channel *channel, struct ending ending)
{
	const char *remedy = "let the server send a close_notify before it closes: "
			     "without it, a truncated answer looks complete";

	switch (ending.kind) {
	case ENDING_CLOSE_NOTIFY:
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "end", NULL,
		    "a close_notify ends the answer");
		break;
	case ENDING_CUT:
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "end", remedy,
		    "the connection ends without close_notify");
		break;
	case ENDING_BROKEN:
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "end", remedy,
		    "%s", channel_reason(channel));
		break;
	case ENDING_LONG:
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "end", NULL,
		    "the answer is longer than a mebibyte: tlsc did not wait for its "
		    "end");
		break;
	case ENDING_SILENT:
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "end",
		    "if the server waits for a request, send one with --message TEXT",
		    "the server does not end its side when the client does");
		break;
	case ENDING_REFUSED:
		break;
	}
}

/* Checks the algorithm with which the server proves its key. */
static void
check_signature(struct scantarget *patient, gnutls_session_t session)
{
	gnutls_sign_algorithm_t signature =
	    (gnutls_sign_algorithm_t)gnutls_sign_algorithm_get(session);
	bool weak = gnutls_sign_is_secure(signature) == 0;

	if (signature != GNUTLS_SIGN_UNKNOWN)
		diagnosis_add(&patient->diagnosis, weak ? SEVERITY_FAIL : SEVERITY_OK,
		    "signature", weak ? "let the server sign with SHA-256" : NULL,
		    "the server signs the handshake with %s",
		    gnutls_sign_get_name(signature));
}

void
behaviour_check_talk(struct scantarget *patient, struct channel *channel)
{
	check_signature(patient, channel_session(channel));
	check_alpn(patient, channel_session(channel));
	struct ending ending = ending_await(channel, patient->options);
	check_client_certificate(patient, channel, ending);
	check_end(patient, channel, ending);
	channel_close(channel);
}

/* Calls again with the session data of `first`. True if the session was resumed. */
static bool
is_resumed(struct scantarget *patient, struct channel *first,
    gnutls_priority_t priority, bool *ticket)
{
	struct parameters again = *patient->parameters;
	bool resumed = false;
	int result;

	channel_collect_ticket(first, &again.resume);
	ending_await(first, patient->options);
	channel_close(first);
	/* A mere session identifier is not a promise: some servers send one and never resume. */
	*ticket = (gnutls_session_get_flags(channel_session(first)) &
		      GNUTLS_SFLAGS_SESSION_TICKET) != 0;
	if (again.resume.size == 0)
		return false;
	again.insecure = true;
	again.priority = priority;
	struct channel *second = scantarget_call_with(patient, &again, &result);
	if (second != NULL && result == 0)
		resumed = gnutls_session_is_resumed(channel_session(second)) != 0;
	channel_free(second);
	gnutls_free(again.resume.data);
	return resumed;
}

static void
check_resumption(struct scantarget *patient, const char *name, const char *string)
{
	struct parameters parameters = *patient->parameters;
	bool ticket = false;
	int result;

	parameters.priority = scantarget_priority(string);
	if (parameters.priority == NULL)
		return;
	parameters.insecure = true;
	struct channel *first = scantarget_call_with(patient, &parameters, &result);
	if (first != NULL && result == 0) {
		bool resumed = is_resumed(patient, first, parameters.priority, &ticket);
		diagnosis_add(&patient->diagnosis,
		    ticket && !resumed ? SEVERITY_NOTE : SEVERITY_OK, "resumption",
		    ticket && !resumed
			? "let all processes behind this address share ticket keys"
			: NULL,
		    "%s: %s", name,
		    resumed  ? "a session is resumed"
		    : ticket ? "the server does not accept its own ticket"
			     : "not offered");
	}
	channel_free(first);
	gnutls_priority_deinit(parameters.priority);
}

void
behaviour_check_resumption(struct scantarget *patient)
{
	if (scantarget_offers(patient, PROBE_TLS13))
		check_resumption(patient, "TLS 1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3");
	if (scantarget_offers(patient, PROBE_TLS12))
		check_resumption(patient, "TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2");
}

/* Finds the protocol that the server selects from `offer`; false for none. */
static bool
find_agreed_protocol(
    struct scantarget *patient, const struct stringlist *offer, char agreed[NAME_SIZE])
{
	struct parameters parameters = *patient->parameters;
	gnutls_datum_t protocol;
	int result;

	parameters.alpn = offer;
	parameters.insecure = true;
	struct channel *channel = scantarget_call_with(patient, &parameters, &result);
	/* A server that requires a certificate after that has still selected a protocol. */
	bool found = channel != NULL && gnutls_alpn_get_selected_protocol(
					    channel_session(channel), &protocol) == 0;
	if (found)
		text_escape(agreed, NAME_SIZE, protocol.data, protocol.size);
	channel_free(channel);
	return found;
}

/* Common protocols of IANA's registry. The library offers at most eight at once. */
static const char *const protocols[] = { "h2", "http/1.1", "imap", "pop3",
	"xmpp-client", "mqtt", "postgresql", "dot" };

/* Removes each selected protocol from the offer until the server selects none. */
void
behaviour_check_protocols(struct scantarget *patient)
{
	struct stringlist offer = { 0 };
	char agreed[NAME_SIZE], *found = memory_copy("");

	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		stringlist_add(&offer, protocols[i], strlen(protocols[i]));
	while (offer.count > 0 && find_agreed_protocol(patient, &offer, agreed) &&
	       stringlist_remove(&offer, agreed))
		memory_append(&found, "%s%s", found[0] != '\0' ? ", " : "", agreed);
	diagnosis_add(&patient->diagnosis, SEVERITY_OK, "alpn", NULL, "%s",
	    found[0] != '\0' ? found : "none of the usual protocols is agreed on");
	stringlist_fini(&offer);
	free(found);
}

void
behaviour_check_sha1(struct scantarget *patient)
{
	int result;

	if (!scantarget_offers(patient, PROBE_TLS12))
		return;
	struct channel *channel = scantarget_call(patient,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-SIGN-ALL:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1:"
	    "+SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1:%PROFILE_VERY_WEAK",
	    &result);
	bool signs = channel != NULL && result == 0;
	channel_free(channel);
	diagnosis_add(&patient->diagnosis, signs ? SEVERITY_WARNING : SEVERITY_OK,
	    "signature", signs ? "disable SHA-1: RFC 9155 forbids it" : NULL,
	    "TLS 1.2 %s with SHA-1 for a client that supports nothing else",
	    signs ? "signs" : "does not sign");
}

void
behaviour_check_dh(struct scantarget *patient)
{
	int result;
	struct channel *channel = scantarget_call(patient,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL:+DHE-RSA:"
	    "-GROUP-DH-ALL:%PROFILE_VERY_WEAK",
	    &result);

	if (channel != NULL && result == 0) {
		gnutls_session_t session = channel_session(channel);
		int bits = gnutls_dh_get_prime_bits(session);
		const char *version = /* "TLS1.2" */
		    gnutls_protocol_get_name(gnutls_protocol_get_version(session));
		diagnosis_add(&patient->diagnosis,
		    bits < DH_BITS ? SEVERITY_WARNING : SEVERITY_OK, "groups",
		    bits < DH_BITS ? "offer ECDHE only, or a prime of 2048 bits" : NULL,
		    "%.3s %s: Diffie-Hellman with a prime of %d bits", version,
		    version + 3, bits);
	}
	channel_free(channel);
}

void
behaviour_check_renegotiation(struct scantarget *patient)
{
	int result;

	if (!scantarget_offers(patient, PROBE_TLS12))
		return;
	struct channel *channel = scantarget_call(
	    patient, "NORMAL:-VERS-ALL:+VERS-TLS1.2:%UNSAFE_RENEGOTIATION", &result);
	if (channel == NULL || result < 0) {
		channel_free(channel);
		return;
	}
	bool safe = (gnutls_session_get_flags(channel_session(channel)) &
			GNUTLS_SFLAGS_SAFE_RENEGOTIATION) != 0;
	bool again = channel_renegotiate(channel, deadline_in(RENEGOTIATION_MS)) == 0;
	if (again)
		diagnosis_add(&patient->diagnosis,
		    safe ? SEVERITY_WARNING : SEVERITY_FAIL, "renegotiation",
		    "disable it: it lets a client make the server work",
		    "TLS 1.2 renegotiates if the client requests it%s",
		    safe ? "" : ", and not securely");
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "renegotiation", NULL,
		    "TLS 1.2 does not renegotiate if the client requests it");
	if (!safe)
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "renegotiation",
		    "update the server", "it does not support RFC 5746");
	channel_free(channel);
}
