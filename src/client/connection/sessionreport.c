/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of -v: the negotiated parameters. */
#include "client/connection/sessionreport.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>

#include "base/net/address.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "client/connection/peerchain.h"
#include "tls/x509/certificate.h"
#include "client/connection/channel.h"
#include "client/connection/exchange.h"
#include "client/options/parameters.h"

#define DAY 86400
#define NAME_SIZE 256

static void __attribute__((format(printf, 2, 3)))
print_fact(const char *fact, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	fprintf(stderr, "%-12s %s\n", fact, text);
	free(text);
}

static void
tell_name(const char *fact, const char *name)
{
	print_fact(fact, "%s", name != NULL ? name : "-");
}

/* Prints `text` and frees it. */
static void
tell_taking(const char *fact, char *text)
{
	tell_name(fact, text);
	free(text);
}

void
sessionreport_connection(
    const struct address *reached, int64_t connect_ns, int64_t handshake_ns)
{
	char text[ADDRESS_TEXT_SIZE];

	print_fact("connected", "%s in %.1f ms", address_format(reached, text),
	    (double)connect_ns / 1e6);
	print_fact("handshake", "%.1f ms", (double)handshake_ns / 1e6);
}

const char *
sessionreport_suite_name(gnutls_session_t session)
{
#if GNUTLS_VERSION_NUMBER >= 0x030704
	return gnutls_ciphersuite_get(session);
#else
	return gnutls_cipher_get_name(gnutls_cipher_get(session));
#endif
}

static void
tell_alpn(gnutls_session_t session, const struct parameters *parameters)
{
	gnutls_datum_t protocol;

	if (gnutls_alpn_get_selected_protocol(session, &protocol) == 0) {
		char text[NAME_SIZE];
		tell_name("alpn",
		    text_escape(text, sizeof text, protocol.data, protocol.size));
	} else {
		tell_name("alpn",
		    parameters->alpn->count > 0 ? "none of those offered" : NULL);
	}
}

static void
tell_names(gnutls_x509_crt_t cert)
{
	struct stringlist names = { 0 };

	peerchain_add_names(cert, &names);
	for (size_t i = 0; i < names.count; i++)
		print_fact("name", "%s", names.items[i]);
	stringlist_fini(&names);
}

static void
tell_validity(gnutls_x509_crt_t cert)
{
	time_t end = gnutls_x509_crt_get_expiration_time(cert);
	long days = (long)((end - time(NULL)) / DAY);
	char when[CERTIFICATE_TIME_SIZE];

	print_fact("valid until", "%s, %ld day%s left", certificate_time(end, when),
	    days, text_plural((uint64_t)days));
}

static void
tell_certificate(gnutls_x509_crt_t cert)
{
	tell_taking("subject", peerchain_subject(cert));
	tell_taking("issuer", peerchain_issuer(cert));
	tell_names(cert);
	tell_validity(cert);
	tell_taking("key", peerchain_algorithms(cert));
	tell_taking("pin", peerchain_pin(cert));
}

static void
tell_chain(const struct peerchain *chain)
{
	for (size_t i = 1; i < chain->count; i++) {
		print_fact("chain", "%zu", i);
		tell_taking("subject", peerchain_subject(chain->items[i]));
		tell_taking("issuer", peerchain_issuer(chain->items[i]));
		tell_validity(chain->items[i]);
		tell_taking("key", peerchain_algorithms(chain->items[i]));
	}
}

static const char *
own_certificate(gnutls_session_t session, const struct parameters *parameters)
{
	if (gnutls_certificate_client_get_request_status(session) == 0)
		return "not requested";
	return parameters->has_certificate ? "given" : "requested, none sent";
}

static void
tell_more(gnutls_session_t session, const struct peerchain *chain)
{
	unsigned flags = gnutls_session_get_flags(session);

	tell_chain(chain);
	tell_name("ocsp stapled",
	    gnutls_ocsp_status_request_is_checked(session, GNUTLS_OCSP_SR_IS_AVAIL) != 0
		? "yes"
		: "no");
	tell_name("renegotiate", (flags & GNUTLS_SFLAGS_SAFE_RENEGOTIATION) != 0
				     ? "safe, and refused"
				     : "refused");
}

void
sessionreport_session(
    const struct channel *channel, const struct parameters *parameters, int verbosity)
{
	gnutls_session_t session = channel_session(channel);
	bool trusted = channel_verdict(channel)->trusted;
	struct peerchain chain;

	tell_name(
	    "version", gnutls_protocol_get_name(gnutls_protocol_get_version(session)));
	tell_name("suite", sessionreport_suite_name(session));
	tell_name("group", gnutls_group_get_name(gnutls_group_get(session)));
	tell_name("signature",
	    gnutls_sign_get_name(
		(gnutls_sign_algorithm_t)gnutls_sign_algorithm_get(session)));
	tell_alpn(session, parameters);
	tell_name("resumed", gnutls_session_is_resumed(session) != 0 ? "yes" : "no");
	tell_name("client cert", own_certificate(session, parameters));
	peerchain_init(&chain, session);
	if (chain.count > 0)
		tell_certificate(chain.items[0]);
	if (parameters->psk != NULL && !channel_verdict(channel)->reached)
		print_fact("trusted", "yes, by the pre-shared key");
	else
		print_fact("trusted", "%s for %s", trusted ? "yes," : "NO, not",
		    parameters->name);
	if (verbosity > 1)
		tell_more(session, &chain);
	peerchain_fini(&chain);
}

void
sessionreport_exchange(
    const struct channel *channel, const struct exchange_outcome *outcome)
{
	print_fact("sent", "%" PRIu64 " byte%s", outcome->bytes_sent,
	    text_plural(outcome->bytes_sent));
	print_fact("received", "%" PRIu64 " byte%s", outcome->bytes_received,
	    text_plural(outcome->bytes_received));
	print_fact(
	    "on the wire", "%" PRIu64 " bytes in and out", channel_wire_bytes(channel));
}
