/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of a server's certificates. */
#include "client/check/servercerts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "client/connection/peerchain.h"
#include "client/connection/channel.h"
#include "client/options/options.h"
#include "client/options/parameters.h"
#include "client/check/scantarget.h"
#include "tls/x509/certificate.h"

#define DAY 86400

static void
check_order(struct scantarget *patient, const struct peerchain *chain)
{
	for (size_t i = 1; i < chain->count; i++) {
		if (gnutls_x509_crt_check_issuer(
			chain->items[i - 1], chain->items[i]) != 0)
			continue;
		char *subject = peerchain_subject(chain->items[i]);
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "chain",
		    "send each certificate before the one that signed it, and no "
		    "others",
		    "certificate %zu, \"%s\", did not sign the one before it", i + 1,
		    subject);
		free(subject);
		return;
	}
	if (chain->count > 1 &&
	    certificate_is_self_issued(chain->items[chain->count - 1]))
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "chain",
		    "remove it: clients have their own",
		    "%zu certificates in order, with the root", chain->count);
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "chain", NULL,
		    "%zu certificate%s, in order", chain->count,
		    text_plural(chain->count));
}

static const char *
remedy_for_trust(unsigned status, const struct peerchain *chain)
{
	if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) == 0)
		return "have a new certificate issued";
	if (chain->count == 1 && certificate_is_self_issued(chain->items[0]))
		return "have one issued by an authority that clients trust, or install "
		       "this one on them";
	return "send the intermediate certificates too; for a private authority, use "
	       "--ca FILE";
}

/* Checks the trust in the chain. Findings with a check of their own are left out here. */
static void
check_trust(struct scantarget *patient, const struct peerchain *chain,
    const struct verdict *verdict)
{
	const unsigned others = GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER |
	                        GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED;
	const unsigned left = verdict->status & ~others;
	struct stringlist reasons = { 0 };

	if (verdict->status == 0)
		stringlist_copy(&reasons, &verdict->reasons);
	else if (left != 0)
		verdict_explain(&reasons, left, chain, patient->parameters->name);
	for (size_t i = 0; i < reasons.count; i++)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "trust",
		    remedy_for_trust(left, chain), "%s", reasons.items[i]);
	if (reasons.count == 0)
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "trust", NULL,
		    verdict->trusted ? "trusted, by %s"
				     : "the chain ends at an authority of %s",
		    patient->options->ca_files.count > 0 ? "--ca"
							 : "the system's store");
	stringlist_fini(&reasons);
}

static void
check_name(struct scantarget *patient, const struct peerchain *chain)
{
	const char *name = patient->parameters->name;

	if (peerchain_is_for(chain->items[0], name))
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "name", NULL,
		    "the certificate is for \"%s\"", name);
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "name",
		    "have one issued for this name, or ask for another with "
		    "--servername",
		    "the certificate is not for \"%s\"", name);
}

static void
check_date(struct scantarget *patient, gnutls_x509_crt_t cert, const char *which)
{
	time_t now = time(NULL);
	time_t start = gnutls_x509_crt_get_activation_time(cert);
	time_t end = gnutls_x509_crt_get_expiration_time(cert);
	long days = (long)((end - now) / DAY);
	char when[CERTIFICATE_TIME_SIZE];

	if (start > now)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "dates",
		    "check the clock", "%s is not valid before %s", which,
		    certificate_time(start, when));
	else if (end < now)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "dates", "renew it",
		    "%s expired on %s", which, certificate_time(end, when));
	else
		diagnosis_add(&patient->diagnosis,
		    days < patient->options->warn_days ? SEVERITY_WARNING : SEVERITY_OK,
		    "dates", days < patient->options->warn_days ? "renew it" : NULL,
		    "%s has %ld day%s left", which, days, text_plural((uint64_t)days));
}

static void
check_strength(struct scantarget *patient, gnutls_x509_crt_t cert, const char *which)
{
	unsigned bits = 0;
	int key = gnutls_x509_crt_get_pk_algorithm(cert, &bits);
	int signature = gnutls_x509_crt_get_signature_algorithm(cert);
	char *algorithms = peerchain_algorithms(cert);
	bool weak_key =
	    key >= 0 && gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)key, bits) <
			    GNUTLS_SEC_PARAM_MEDIUM;
	bool weak_signature =
	    !certificate_is_self_issued(cert) && signature >= 0 &&
	    gnutls_sign_is_secure((gnutls_sign_algorithm_t)signature) == 0;

	diagnosis_add(&patient->diagnosis,
	    weak_key || weak_signature ? SEVERITY_FAIL : SEVERITY_OK, "key",
	    weak_key         ? "make a new key: ECDSA P-256, or RSA of 2048 bits"
	    : weak_signature ? "have a new certificate issued, signed with SHA-256"
			     : NULL,
	    "%s: %s", which, algorithms);
	free(algorithms);
}

static void
check_certificates(struct scantarget *patient, const struct peerchain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		char *subject = peerchain_subject(chain->items[i]);
		char *which = i == 0 ? memory_copy("the certificate")
		                     : memory_format("\"%s\"", subject);
		check_date(patient, chain->items[i], which);
		check_strength(patient, chain->items[i], which);
		free(which);
		free(subject);
	}
}

static bool
is_for_servers(gnutls_x509_crt_t cert, bool *any)
{
	*any = false;
	for (unsigned i = 0;; i++) {
		char oid[64];
		size_t size = sizeof oid;
		int code =
		    gnutls_x509_crt_get_key_purpose_oid(cert, i, oid, &size, NULL);
		if (code < 0)
			return false;
		*any = true;
		if (strcmp(oid, GNUTLS_KP_TLS_WWW_SERVER) == 0 ||
		    strcmp(oid, GNUTLS_KP_ANY) == 0)
			return true;
	}
}

static void
check_usage(struct scantarget *patient, gnutls_x509_crt_t cert)
{
	bool any;
	bool suits = is_for_servers(cert, &any);

	if (!certificate_permits(cert, GNUTLS_KEY_DIGITAL_SIGNATURE))
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "usage",
		    "have one issued with digitalSignature",
		    "the key usage forbids signing: no TLS 1.3, no forward secrecy");
	else if (any && !suits)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "usage",
		    "have one issued with serverAuth",
		    "the extended key usage is not that of a server");
	else if (!any)
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "usage",
		    "have the next one issued with serverAuth",
		    "no extended key usage: some clients require it");
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "usage", NULL,
		    "the certificate is for servers");
}

/* Returns the end of the staple's validity, or -1. */
static time_t
staple_end(const gnutls_datum_t *staple)
{
	gnutls_ocsp_resp_t answer;
	time_t end = -1;

	if (gnutls_ocsp_resp_init(&answer) < 0)
		return -1;
	if (gnutls_ocsp_resp_import(answer, staple) < 0 ||
	    gnutls_ocsp_resp_get_single(
		answer, 0, NULL, NULL, NULL, NULL, NULL, NULL, &end, NULL, NULL) < 0)
		end = -1;
	gnutls_ocsp_resp_deinit(answer);
	return end;
}

static void
check_staple(
    struct scantarget *patient, gnutls_session_t session, gnutls_x509_crt_t cert)
{
	gnutls_datum_t staple = { NULL, 0 };
	bool demanded = certificate_must_staple(cert);

	if (gnutls_ocsp_status_request_get(session, &staple) < 0 || staple.size == 0) {
		diagnosis_add(&patient->diagnosis,
		    demanded ? SEVERITY_FAIL : SEVERITY_OK, "ocsp",
		    demanded ? "staple an OCSP response, or have the certificate "
			       "issued without must-staple"
			     : NULL,
		    demanded ? "the certificate requires a staple, and there is none"
			     : "no staple, none required");
		return;
	}
	time_t end = staple_end(&staple);
	bool stale = end != -1 && end < time(NULL);
	diagnosis_add(&patient->diagnosis, stale ? SEVERITY_FAIL : SEVERITY_OK, "ocsp",
	    stale ? "fetch a new response, or staple none" : NULL, "the staple is %s",
	    stale ? "stale" : "fresh");
}

void
servercerts_check(struct scantarget *patient, const struct channel *channel)
{
	struct peerchain chain;

	peerchain_init(&chain, channel_session(channel));
	if (chain.count == 0) {
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "chain",
		    "give the server a certificate", "the server sent no certificate");
		return;
	}
	check_order(patient, &chain);
	check_trust(patient, &chain, channel_verdict(channel));
	check_name(patient, &chain);
	check_certificates(patient, &chain);
	check_usage(patient, chain.items[0]);
	check_staple(patient, channel_session(channel), chain.items[0]);
	peerchain_fini(&chain);
}

/* Returns the kind of key that a client with only these signatures gets; NULL for none. */
static const char *
kind_with(struct scantarget *patient, const char *signatures)
{
	char *priority = memory_format(
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-SIGN-ALL:%s", signatures);
	const char *kind = NULL;
	struct peerchain chain;
	int result;
	struct channel *channel = scantarget_call(patient, priority, &result);

	if (channel != NULL && result == 0) {
		peerchain_init(&chain, channel_session(channel));
		int key = chain.count == 0
		              ? -1
		              : gnutls_x509_crt_get_pk_algorithm(chain.items[0], NULL);
		if (key >= 0)
			kind = gnutls_pk_get_name((gnutls_pk_algorithm_t)key);
		peerchain_fini(&chain);
	}
	channel_free(channel);
	free(priority);
	return kind;
}

void
servercerts_check_kinds(struct scantarget *patient)
{
	if (!scantarget_offers(patient, PROBE_TLS12) &&
	    !scantarget_offers(patient, PROBE_TLS13))
		return;
	const char *rsa = kind_with(patient,
	    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA256");
	const char *ecdsa = kind_with(patient,
	    "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
	    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384");

	diagnosis_add(&patient->diagnosis, SEVERITY_OK, "kinds", NULL,
	    "a client that supports only RSA gets %s, one that supports only ECDSA %s",
	    rsa != NULL ? rsa : "nothing", ecdsa != NULL ? ecdsa : "nothing");
}
