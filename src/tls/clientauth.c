/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which clients a service takes, by their certificates. */
#include "tls/clientauth.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/identity.h"
#include "tls/refusal.h"
#include "tls/revoked.h"
#include "tls/trust.h"

/* The client's own, the intermediate ones and the authority's. */
#define CHAIN_MAX (CLIENTAUTH_DEPTH_MAX + 2)

struct clientauth {
	enum clientauth_verify verify;
	size_t depth;
	struct trust *trust;
	struct revoked *revoked; /* NULL without lists */
};

static const char *const verify_names[] = { "none", "optional", "required" };

const char *
clientauth_verify_name(int index)
{
	return index < (int)(sizeof verify_names / sizeof verify_names[0])
	           ? verify_names[index]
	           : NULL;
}

/* An authority below another one may be revoked too. */
static void
drop_revoked_anchors(struct clientauth *clientauth, struct findings *findings)
{
	const struct chain *anchors = trust_anchors(clientauth->trust);

	for (size_t i = anchors->count; i-- > 0;) {
		if (!revoked_has(clientauth->revoked, anchors->certs[i]))
			continue;
		char *subject = certificate_subject(anchors->certs[i]);
		findings_warning(findings,
		    "ca-file: %s is revoked by a list in crl-file, and all that it "
		    "certified is refused: take it out",
		    subject);
		free(subject);
		trust_drop(clientauth->trust, i);
	}
}

static void
load_lists(struct clientauth *clientauth, const struct clientauth_settings *settings,
    struct findings *findings)
{
	if (clientauth->trust == NULL || settings->crl_file.count == 0)
		return;
	clientauth->revoked = revoked_new(
	    &settings->crl_file, trust_anchors(clientauth->trust), findings);
	if (clientauth->revoked != NULL)
		drop_revoked_anchors(clientauth, findings);
}

static void
load_trust(struct clientauth *clientauth, const struct clientauth_settings *settings,
    struct findings *findings)
{
	if (settings->ca_file.count == 0) {
		findings_error(findings,
		    "client-verify: %s needs to know whose certificates are good: name "
		    "their authority's in ca-file",
		    verify_names[settings->verify]);
		return;
	}
	clientauth->trust = trust_new(&settings->ca_file, findings);
	if (clientauth->trust == NULL)
		return;
	size_t size = trust_names_size(clientauth->trust);
	if (size > TRUST_NAMES_MAX)
		findings_warning(findings,
		    "ca-file: the names of its authorities take %zu bytes, too many to "
		    "tell each client: clients with several certificates have to know "
		    "which one to bring",
		    size);
}

struct clientauth *
clientauth_new(const struct clientauth_settings *settings, struct findings *findings)
{
	struct clientauth *clientauth = memory_new(sizeof *clientauth);
	size_t errors = findings->errors;

	clientauth->verify = (enum clientauth_verify)settings->verify;
	clientauth->depth = (size_t)settings->verify_depth;
	load_trust(clientauth, settings, findings);
	load_lists(clientauth, settings, findings);
	if (findings->errors == errors)
		return clientauth;
	clientauth_free(clientauth);
	return NULL;
}

void
clientauth_free(struct clientauth *clientauth)
{
	if (clientauth == NULL)
		return;
	revoked_free(clientauth->revoked);
	trust_free(clientauth->trust);
	free(clientauth);
}

/* No list that says nothing about its issuer any more makes a certificate good. */
static bool
is_not_revoked(
    const struct revoked *revoked, const struct chain *chain, struct refusal *refusal)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < chain->count; i++) {
		gnutls_x509_crt_t cert = chain->certs[i];
		if (certificate_is_self_issued(cert))
			continue;
		if (revoked_has(revoked, cert))
			return refusal_set(refusal, FAILURE_CERT_REVOKED,
			    GNUTLS_A_CERTIFICATE_REVOKED,
			    i == 0 ? "the certificate is revoked"
				   : "an issuer's certificate is revoked");
		if (!revoked_covers(revoked, cert, now))
			return refusal_set(refusal, FAILURE_CRL_EXPIRED,
			    GNUTLS_A_CERTIFICATE_UNKNOWN,
			    "crl-file has no current list of the issuer");
	}
	return true;
}

/* The intermediate certificates, without an authority's own that some clients send. */
static size_t
depth_of(const struct chain *chain)
{
	bool root = chain->count > 1 &&
	            certificate_is_self_issued(chain->certs[chain->count - 1]);

	return chain->count - 1 - (root ? 1 : 0);
}

static bool
is_good(const struct clientauth *clientauth, const struct chain *chain,
    struct refusal *refusal)
{
	if (depth_of(chain) > clientauth->depth)
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
		    GNUTLS_A_BAD_CERTIFICATE,
		    "there are %zu intermediate certificates, more than verify-depth",
		    depth_of(chain));
	return trust_verify(clientauth->trust, chain, refusal) &&
	       (clientauth->revoked == NULL ||
		   is_not_revoked(clientauth->revoked, chain, refusal));
}

/* Says whose certificate it was. */
static bool
name_the_refused(const struct identity *identity, struct refusal *refusal)
{
	struct refusal plain = *refusal;

	return refusal_set(refusal, plain.failure, plain.alert, "%.70s: %.110s",
	    identity->subject, plain.reason);
}

static bool
import(const struct clientauth_chain *from, struct chain *chain)
{
	const gnutls_datum_t *certs = from->certs;

	for (unsigned i = 0; i < from->count; i++) {
		if (gnutls_x509_crt_init(&chain->certs[i]) < 0)
			return false;
		chain->count++;
		if (gnutls_x509_crt_import(
			chain->certs[i], &certs[i], GNUTLS_X509_FMT_DER) < 0)
			return false;
	}
	return true;
}

static bool
check(const struct clientauth *clientauth, const struct clientauth_chain *from,
    struct chain *chain, struct identity *identity, struct refusal *refusal)
{
	if (!import(from, chain))
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
		    GNUTLS_A_BAD_CERTIFICATE, "the certificate is damaged");
	identity_read(chain->certs[0], identity);
	identity->verified = is_good(clientauth, chain, refusal);
	return identity->verified || name_the_refused(identity, refusal);
}

bool
clientauth_accepts(const struct clientauth *clientauth,
    const struct clientauth_chain *from, struct identity *identity,
    struct refusal *refusal)
{
	gnutls_x509_crt_t certs[CHAIN_MAX];
	struct chain chain = { .certs = certs };

	memset(identity, 0, sizeof *identity);
	if (from->count == 0)
		return clientauth->verify != CLIENTAUTH_REQUIRED ||
		       refusal_set(refusal, FAILURE_CERT_MISSING,
			   GNUTLS_A_CERTIFICATE_REQUIRED,
			   "the client gave no certificate");
	if (from->count > CHAIN_MAX)
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
		    GNUTLS_A_BAD_CERTIFICATE, "the client gave %u certificates",
		    from->count);
	bool accepted = check(clientauth, from, &chain, identity, refusal);
	for (size_t i = 0; i < chain.count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	return accepted;
}

int
clientauth_install(
    const struct clientauth *clientauth, gnutls_certificate_credentials_t credentials)
{
	return trust_announce(clientauth->trust, credentials);
}

void
clientauth_print(const struct clientauth *clientauth, FILE *out, const char *indent)
{
	const struct chain *anchors = trust_anchors(clientauth->trust);

	fprintf(out, "%sclients:     certificate %s, by", indent,
	    verify_names[clientauth->verify]);
	for (size_t i = 0; i < anchors->count; i++) {
		char *subject = certificate_subject(anchors->certs[i]);
		fprintf(out, "%s %s", i > 0 ? ";" : "", subject);
		free(subject);
	}
	fputc('\n', out);
}
