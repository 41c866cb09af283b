/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides by their certificates which clients a service accepts. */
#include "tls/clientauth/clientauth.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/clientauth/allow.h"
#include "tls/clientauth/authorized.h"
#include "tls/clientauth/clientchain.h"
#include "tls/x509/certificate.h"
#include "tls/x509/certpath.h"
#include "tls/x509/chain.h"
#include "tls/x509/identity.h"
#include "tls/clientauth/refusal.h"
#include "tls/clientauth/revoked.h"
#include "tls/clientauth/trust.h"

/* The client's own certificate, the intermediate ones and the authority's. */
#define CHAIN_MAX (CLIENTAUTH_DEPTH_MAX + 2)
_Static_assert(CHAIN_MAX < CERTPATH_LENGTH, "the anchor has no room");

struct clientauth {
	enum clientauth_verify verify;
	size_t depth;
	struct trust *trust; /* NULL: only those in `authorized` are trusted */
	struct revoked *revoked; /* NULL without lists */
	struct authorized *authorized; /* NULL without the file */
	struct allow *allow;
	bool allows_all; /* all clients that the trust accepts */
	bool takes_keys; /* a pre-shared key replaces a certificate */
};

static const char *const verify_names[] = { "none", "optional", "required" };

const char *
clientauth_verify_name(int index)
{
	return index < (int)(sizeof verify_names / sizeof verify_names[0])
	           ? verify_names[index]
	           : NULL;
}

/* True if an anchor, which may be `cert` itself, issued and revoked it. */
static bool
is_revoked_by(
    const struct revoked *revoked, const struct chain *anchors, gnutls_x509_crt_t cert)
{
	for (size_t i = 0; i < anchors->count; i++)
		if (certificate_is_signed_by(cert, anchors->certs[i]) &&
		    revoked_look_up(revoked, cert, anchors->certs[i], time(NULL)) ==
			REVOKED_YES)
			return true;
	return false;
}

static void
drop_anchor(struct trust *trust, size_t i, struct findings *findings)
{
	char *subject = certificate_subject(trust_anchors(trust)->certs[i]);

	findings_warning(findings,
	    "ca-file: %s is revoked by a list in crl-file, so every certificate that "
	    "it issued is refused: remove it",
	    subject);
	free(subject);
	trust_drop(trust, i);
}

/* An authority certified by another one may be revoked too. All are checked before the first is
 * dropped, because a revoked one may have revoked others. */
static void
drop_revoked_anchors(struct clientauth *clientauth, struct findings *findings)
{
	const struct chain *anchors = trust_anchors(clientauth->trust);
	bool *revoked = memory_new((anchors->count + 1) * sizeof *revoked);

	for (size_t i = 0; i < anchors->count; i++)
		revoked[i] =
		    is_revoked_by(clientauth->revoked, anchors, anchors->certs[i]);
	for (size_t i = anchors->count; i-- > 0;)
		if (revoked[i])
			drop_anchor(clientauth->trust, i, findings);
	free(revoked);
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
load_trust(struct clientauth *clientauth, const struct stringlist *files,
    struct findings *findings)
{
	clientauth->trust = trust_new(files, findings);
	if (clientauth->trust == NULL)
		return;
	size_t size = trust_names_size(clientauth->trust);
	if (size > TRUST_NAMES_MAX)
		findings_warning(findings,
		    "ca-file: the names of its authorities take %zu bytes, too many to "
		    "send: a client with several certificates must choose one without "
		    "them",
		    size);
}

/* True if each client needs a pre-shared key, because no certificate can be trusted. */
static bool
takes_only_keys(const struct clientauth_settings *settings)
{
	return settings->verify == CLIENTAUTH_REQUIRED &&
	       settings->psk_file[0] != '\0' && settings->ca_file.count == 0 &&
	       settings->authorized_certs[0] == '\0';
}

/* Without an authority, nothing certifies names or revokes certificates. */
static bool
check_settings(const struct clientauth_settings *settings, struct findings *findings)
{
	size_t errors = findings->errors;

	if (settings->ca_file.count > 0)
		return true;
	if (settings->authorized_certs[0] == '\0' && !takes_only_keys(settings))
		findings_error(findings,
		    "client-verify: %s needs trusted certificates: set ca-file to the "
		    "authorities', or authorized-certs to a list of the clients'",
		    verify_names[settings->verify]);
	if (settings->crl_file.count > 0)
		findings_error(findings,
		    "crl-file: is not used without ca-file: set ca-file to "
		    "the authority that signs the lists");
	if (!allow_is_empty(&settings->allow))
		findings_error(findings,
		    "%s: needs ca-file, because anyone can make a certificate with "
		    "these contents: set ca-file, or use only authorized-certs",
		    settings->allow.cn.count > 0    ? "allow-cn"
		    : settings->allow.dns.count > 0 ? "allow-dns"
		    : settings->allow.uri.count > 0 ? "allow-uri"
						    : "allow-pin");
	return findings->errors == errors;
}

static void
load_rules(struct clientauth *clientauth, const char *service,
    const struct clientauth_settings *settings, struct findings *findings)
{
	bool lists = settings->authorized_certs[0] != '\0';

	clientauth->allow = allow_new(&settings->allow, findings);
	clientauth->allows_all = allow_is_empty(&settings->allow) && !lists;
	if (!lists)
		return;
	clientauth->authorized =
	    authorized_new(settings->authorized_certs, service, findings);
	if (clientauth->authorized != NULL &&
	    authorized_count(clientauth->authorized) == 0)
		findings_warning(findings,
		    "authorized-certs: %s: no line is for the service %s",
		    settings->authorized_certs, service);
}

struct clientauth *
clientauth_new(const char *service, const struct clientauth_settings *settings,
    struct findings *findings)
{
	struct clientauth *clientauth = memory_new(sizeof *clientauth);
	size_t errors = findings->errors;

	clientauth->verify = (enum clientauth_verify)settings->verify;
	clientauth->depth = (size_t)settings->verify_depth;
	clientauth->takes_keys = settings->psk_file[0] != '\0';
	if (check_settings(settings, findings) && settings->ca_file.count > 0)
		load_trust(clientauth, &settings->ca_file, findings);
	load_lists(clientauth, settings, findings);
	load_rules(clientauth, service, settings, findings);
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
	allow_free(clientauth->allow);
	authorized_free(clientauth->authorized);
	revoked_free(clientauth->revoked);
	trust_free(clientauth->trust);
	free(clientauth);
}

static bool
is_not_revoked(const struct revoked *revoked, gnutls_x509_crt_t cert,
    gnutls_x509_crt_t issuer, const char *whose, struct refusal *refusal)
{
	switch (revoked_look_up(revoked, cert, issuer, time(NULL))) {
	case REVOKED_NO:
		return true;
	case REVOKED_YES:
		return refusal_set(refusal, FAILURE_CERT_REVOKED,
		    GNUTLS_A_CERTIFICATE_REVOKED, "%s certificate is revoked", whose);
	default:
		return refusal_set(refusal, FAILURE_CRL_EXPIRED,
		    GNUTLS_A_CERTIFICATE_UNKNOWN,
		    "crl-file has no current list of the issuer");
	}
}

/* Checks all but the trust anchor, issuers first. A client's certificate is never exempt: if it
 * is an anchor itself, only its own list can show that it is current. */
static bool
is_current(
    const struct revoked *revoked, const struct certpath *path, struct refusal *refusal)
{
	gnutls_x509_crt_t issuer = path->certs[path->count - 1];

	for (size_t i = path->count > 1 ? path->count - 1 : 1; i-- > 0;) {
		gnutls_x509_crt_t cert = path->certs[i];
		if (!is_not_revoked(
			revoked, cert, issuer, i == 0 ? "the" : "an issuer's", refusal))
			return false;
		issuer = cert;
	}
	return true;
}

/* True if at most verify-depth certificates are between the client's and the anchor. */
static bool
is_within_depth(const struct clientauth *clientauth, const struct certpath *path,
    struct refusal *refusal)
{
	size_t depth = path->count > 2 ? path->count - 2 : 0;

	return depth <= clientauth->depth ||
	       refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
		   "there are %zu intermediate certificates, more than verify-depth",
		   depth);
}

/* True if a certification path to an authority passes all checks. If none does, the refusal is
 * that of the first path with the best result of trust_verify(). */
static bool
is_certified(const struct clientauth *clientauth, const struct chain *sent,
    struct refusal *refusal)
{
	struct certpaths paths;
	int furthest = -1;

	refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNKNOWN_CA,
	    "no authority in ca-file has issued the certificate");
	trust_find_paths(clientauth->trust, sent, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		const struct certpath *path = &paths.items[i];
		struct refusal found;
		int verdict = trust_verify(path, &found);
		if (verdict == TRUST_VALID &&
		    is_within_depth(clientauth, path, &found) &&
		    (clientauth->revoked == NULL ||
			is_current(clientauth->revoked, path, &found)))
			return true;
		if (verdict > furthest) {
			*refusal = found;
			furthest = verdict;
		}
	}
	return false;
}

/* Checks a client by its line. The client has proved possession of the key, so the signer of
 * the certificate does not matter; the certificate's dates and purpose still do. */
static bool
is_authorized(const struct authorized_client *client, gnutls_x509_crt_t cert,
    struct refusal *refusal)
{
	time_t now = time(NULL);

	if (client == NULL)
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNKNOWN_CA,
		    "the key is not in authorized-certs");
	if (now < gnutls_x509_crt_get_activation_time(cert) ||
	    now > gnutls_x509_crt_get_expiration_time(cert))
		return refusal_set(refusal, FAILURE_CERT_EXPIRED,
		    GNUTLS_A_CERTIFICATE_EXPIRED,
		    "the certificate has expired, or is not valid yet");
	if (!gnutls_x509_crt_check_key_purpose(cert, GNUTLS_KP_TLS_WWW_CLIENT, 0))
		return refusal_set(refusal, FAILURE_CERT_PURPOSE,
		    GNUTLS_A_UNSUPPORTED_CERTIFICATE,
		    "the certificate is not for client authentication");
	return true;
}

static bool
is_accepted(const struct clientauth *clientauth, const struct chain *chain,
    struct identity *identity, struct refusal *refusal)
{
	gnutls_x509_crt_t cert = chain->certs[0];
	const struct authorized_client *client =
	    clientauth->authorized != NULL
		? authorized_find(clientauth->authorized, cert)
		: NULL;

	if (clientauth->trust == NULL && clientauth->authorized == NULL)
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNKNOWN_CA,
		    "no certificate is accepted, only pre-shared keys");
	if (!(clientauth->trust != NULL ? is_certified(clientauth, chain, refusal)
					: is_authorized(client, cert, refusal)))
		return false;
	if (!clientauth->allows_all && client == NULL &&
	    !allow_permits(clientauth->allow, cert))
		return refusal_set(refusal, FAILURE_NOT_ALLOWED, GNUTLS_A_ACCESS_DENIED,
		    "no allow rule and no line of authorized-certs matches");
	if (client != NULL && client->name != NULL)
		identity_rename(identity, client->name);
	return true;
}

/* Adds the certificate's subject to the reason. */
static bool
name_the_refused(const struct identity *identity, struct refusal *refusal)
{
	struct refusal plain = *refusal;

	return refusal_set(refusal, plain.failure, plain.alert, "%.70s: %.110s",
	    identity->subject, plain.reason);
}

static bool
check_client_chain(const struct clientauth *clientauth, const struct clientchain *from,
    struct chain *chain, struct identity *identity, struct refusal *refusal)
{
	if (!clientchain_import(from, chain, refusal))
		return false;
	identity_read(chain->certs[0], identity);
	identity->verified = clientchain_has_fit_key(chain->certs[0], refusal) &&
	                     is_accepted(clientauth, chain, identity, refusal);
	return identity->verified || name_the_refused(identity, refusal);
}

bool
clientauth_accepts(const struct clientauth *clientauth, const struct clientchain *from,
    struct identity *identity, struct refusal *refusal)
{
	gnutls_x509_crt_t certs[CHAIN_MAX];
	struct chain chain = { .certs = certs };

	memset(identity, 0, sizeof *identity);
	if (from->count == 0)
		return clientauth->verify != CLIENTAUTH_REQUIRED ||
		       refusal_set(refusal, FAILURE_CERT_MISSING,
			   GNUTLS_A_CERTIFICATE_REQUIRED,
			   "the client sent no certificate%s",
			   clientauth->takes_keys ? " and used no pre-shared key" : "");
	if (from->count > CHAIN_MAX)
		return refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
		    GNUTLS_A_BAD_CERTIFICATE, "the client sent %u certificates",
		    from->count);
	bool accepted = check_client_chain(clientauth, from, &chain, identity, refusal);
	for (size_t i = 0; i < chain.count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	return accepted;
}

int
clientauth_digest(
    const struct clientauth *clientauth, unsigned char digest[CLIENTAUTH_DIGEST_SIZE])
{
	unsigned char rules[1 + TRUST_DIGEST_SIZE] = { CLIENTAUTH_NONE };

	if (clientauth != NULL)
		rules[0] = (unsigned char)clientauth->verify;
	if (clientauth != NULL && clientauth->trust != NULL &&
	    trust_digest(clientauth->trust, rules + 1) < 0)
		return -1;
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, rules, sizeof rules, digest) < 0 ? -1
	                                                                            : 0;
}

void
clientauth_warn(
    const struct clientauth *clientauth, int64_t days, struct findings *findings)
{
	if (clientauth->trust != NULL)
		trust_warn(clientauth->trust, days, findings);
	if (clientauth->revoked != NULL)
		revoked_warn(clientauth->revoked, findings);
}

time_t
clientauth_next_end(const struct clientauth *clientauth, time_t now)
{
	time_t next = 0;

	if (clientauth->trust != NULL)
		next = trust_next_end(clientauth->trust, now);
	if (clientauth->revoked != NULL)
		next = certificate_next_end(
		    next, revoked_next_end(clientauth->revoked, now), now);
	return next;
}

int
clientauth_install(
    const struct clientauth *clientauth, gnutls_certificate_credentials_t credentials)
{
	if (clientauth->trust == NULL)
		return 0;
	return trust_announce(clientauth->trust, credentials);
}

static void
print_anchors(const struct chain *anchors, FILE *out)
{
	for (size_t i = 0; i < anchors->count; i++) {
		char *subject = certificate_subject(anchors->certs[i]);
		fprintf(out, "%s %s", i > 0 ? ";" : ", by", subject);
		free(subject);
	}
}

void
clientauth_print(const struct clientauth *clientauth, FILE *out, const char *indent)
{
	const bool takes_certificates =
	    clientauth->trust != NULL || clientauth->authorized != NULL;

	fprintf(out, "%sclients:     %s%s%s %s", indent,
	    takes_certificates ? "certificate" : "",
	    takes_certificates && clientauth->takes_keys ? " or " : "",
	    clientauth->takes_keys ? "pre-shared key" : "",
	    verify_names[clientauth->verify]);
	if (clientauth->trust != NULL)
		print_anchors(trust_anchors(clientauth->trust), out);
	if (clientauth->authorized != NULL)
		fprintf(
		    out, ", %zu authorized", authorized_count(clientauth->authorized));
	fputc('\n', out);
}
