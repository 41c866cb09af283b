/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on the server's certificate. */
#include "client/connection/verdict.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory/memory.h"
#include "base/text/text.h"
#include "client/connection/peerchain.h"
#include "tls/x509/certificate.h"

#define DAY 86400

/* Returns words for certificate `i`: the server's own, or an authority's by its name. */
static char *
describe_certificate(const struct peerchain *chain, size_t i)
{
	if (i == 0)
		return memory_copy("the certificate");
	char *subject = peerchain_subject(chain->items[i]);
	char *text = memory_format("the authority's certificate \"%s\"", subject);
	free(subject);
	return text;
}

static char *
list_names(const struct peerchain *chain)
{
	struct stringlist names = { 0 };
	char *text = memory_copy("");

	if (chain->count > 0)
		peerchain_add_names(chain->items[0], &names);
	for (size_t i = 0; i < names.count; i++)
		memory_append(&text, "%s%s", i > 0 ? ", " : "", names.items[i]);
	if (names.count == 0)
		memory_append(&text, "no name at all");
	stringlist_fini(&names);
	return text;
}

static void
explain_name(
    struct stringlist *reasons, const struct peerchain *chain, const char *name)
{
	char *names = list_names(chain);

	stringlist_format(
	    reasons, "the certificate is not for \"%s\": it is for %s", name, names);
	free(names);
}

static void
explain_expired(
    struct stringlist *reasons, const struct peerchain *chain, const char *name)
{
	time_t now = time(NULL);
	size_t before = reasons->count;

	(void)name;
	for (size_t i = 0; i < chain->count; i++) {
		time_t end = gnutls_x509_crt_get_expiration_time(chain->items[i]);
		char when[CERTIFICATE_TIME_SIZE];

		if (end == (time_t)-1 || end > now)
			continue;
		char *which = describe_certificate(chain, i);
		long days = (long)((now - end) / DAY);
		stringlist_format(reasons, "%s expired on %s, %ld day%s ago", which,
		    certificate_time(end, when), days, text_plural((uint64_t)days));
		free(which);
	}
	if (reasons->count == before)
		stringlist_format(
		    reasons, "an authority above the certificate has expired");
}

static void
explain_early(
    struct stringlist *reasons, const struct peerchain *chain, const char *name)
{
	time_t now = time(NULL);
	size_t before = reasons->count;

	(void)name;
	for (size_t i = 0; i < chain->count; i++) {
		time_t start = gnutls_x509_crt_get_activation_time(chain->items[i]);
		char when[CERTIFICATE_TIME_SIZE];

		if (start == (time_t)-1 || start <= now)
			continue;
		char *which = describe_certificate(chain, i);
		stringlist_format(reasons,
		    "%s is not valid before %s (check the clock)", which,
		    certificate_time(start, when));
		free(which);
	}
	if (reasons->count == before)
		stringlist_format(
		    reasons, "an authority above the certificate is not yet valid");
}

static void
explain_issuer(
    struct stringlist *reasons, const struct peerchain *chain, const char *name)
{
	(void)name;
	if (chain->count == 0)
		return;
	gnutls_x509_crt_t last = chain->items[chain->count - 1];
	char *issuer = peerchain_issuer(last);
	if (chain->count == 1 && certificate_is_self_issued(last))
		stringlist_format(reasons,
		    "the certificate is self-signed and not trusted: if it is "
		    "the right one, trust it with --ca FILE");
	else
		stringlist_format(reasons,
		    "the issuer \"%s\" is unknown: if it is the right one, trust it "
		    "with --ca FILE",
		    issuer);
	free(issuer);
}

static void
explain_weakness(
    struct stringlist *reasons, const struct peerchain *chain, const char *name)
{
	(void)name;
	for (size_t i = 0; i < chain->count; i++) {
		char *which = describe_certificate(chain, i);
		char *algorithms = peerchain_algorithms(chain->items[i]);

		stringlist_format(reasons,
		    "too weak a key or signature in the chain: %s has %s", which,
		    algorithms);
		free(algorithms);
		free(which);
	}
}

/*
 * The meanings of the library's status bits, in order of importance. The first that applies
 * selects the alert (RFC 8446, 6.2).
 */
static const struct meaning {
	unsigned status;
	gnutls_alert_description_t alert;
	const char *text; /* or NULL with: */
	void (*explain)(struct stringlist *reasons, const struct peerchain *chain,
	    const char *name);
} meanings[] = {
	{ GNUTLS_CERT_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED,
	    "the certificate is revoked", NULL },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, GNUTLS_A_UNKNOWN_CA, NULL, explain_issuer },
	{ GNUTLS_CERT_SIGNER_NOT_CA, GNUTLS_A_UNKNOWN_CA,
	    "the issuer's certificate is not one of an authority", NULL },
	{ GNUTLS_CERT_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED, NULL, explain_expired },
	{ GNUTLS_CERT_NOT_ACTIVATED, GNUTLS_A_CERTIFICATE_EXPIRED, NULL,
	    explain_early },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, GNUTLS_A_BAD_CERTIFICATE, NULL, explain_name },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	    "the certificate is not for a server: its extended key usage lacks server "
	    "authentication",
	    NULL },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, GNUTLS_A_BAD_CERTIFICATE,
	    "a signature in the chain is wrong", NULL },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, GNUTLS_A_BAD_CERTIFICATE,
	    "the certificate breaks the constraints of its issuer", NULL },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, GNUTLS_A_BAD_CERTIFICATE, NULL,
	    explain_weakness },
	{ GNUTLS_CERT_MISMATCH, GNUTLS_A_BAD_CERTIFICATE,
	    "the certificate is not the known one of this server", NULL },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	    "the certificate has a critical extension that GnuTLS does not support",
	    NULL },
	{ GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, GNUTLS_A_BAD_CERTIFICATE,
	    "the revocation data are too old", NULL },
	{ GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE, GNUTLS_A_BAD_CERTIFICATE,
	    "the revocation data are from the future (check the clock)", NULL },
	{ GNUTLS_CERT_MISSING_OCSP_STATUS, GNUTLS_A_BAD_CERTIFICATE,
	    "the certificate requires a stapled OCSP response, and the server sent "
	    "none",
	    NULL },
	{ GNUTLS_CERT_INVALID_OCSP_STATUS, GNUTLS_A_BAD_CERTIFICATE,
	    "the stapled OCSP response is invalid", NULL },
};

void
verdict_explain(struct stringlist *reasons, unsigned status,
    const struct peerchain *chain, const char *name)
{
	size_t before = reasons->count;

	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
		if ((status & meanings[i].status) == 0)
			continue;
		if (meanings[i].explain != NULL)
			meanings[i].explain(reasons, chain, name);
		else
			stringlist_format(reasons, "%s", meanings[i].text);
	}
	if (reasons->count == before)
		stringlist_format(
		    reasons, "the certificate is invalid (status %#x)", status);
}

static gnutls_alert_description_t
choose_alert(unsigned status)
{
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if ((status & meanings[i].status) != 0)
			return meanings[i].alert;
	return GNUTLS_A_BAD_CERTIFICATE;
}

/* Gets the library's status, and checks the name, which the library omits if the chain is bad. */
static int
verify_chain(gnutls_session_t session, const struct peerchain *chain, const char *name,
    unsigned *status)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER };
	int result = gnutls_certificate_verify_peers(session, &purpose, 1, status);

	if (result < 0)
		return result;
	if (chain->count == 0 || !peerchain_is_for(chain->items[0], name))
		*status |= GNUTLS_CERT_UNEXPECTED_OWNER;
	return 0;
}

void
verdict_reach(struct verdict *verdict, gnutls_session_t session, const char *name)
{
	struct peerchain chain;
	unsigned status = 0;

	verdict_fini(verdict);
	peerchain_init(&chain, session);
	int result = verify_chain(session, &chain, name, &status);
	*verdict = (struct verdict){
		.reached = true, .status = status, .alert = choose_alert(status)
	};
	if (result < 0)
		stringlist_format(&verdict->reasons,
		    "the certificate could not be verified: %s",
		    gnutls_strerror(result));
	else if (status != 0)
		verdict_explain(&verdict->reasons, status, &chain, name);
	else
		verdict->trusted = true;
	peerchain_fini(&chain);
}

void
verdict_fini(struct verdict *verdict)
{
	stringlist_fini(&verdict->reasons);
	*verdict = (struct verdict){ 0 };
}
