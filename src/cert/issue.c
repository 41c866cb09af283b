/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a key and the certificate for it. */
#include "cert/issue.h"

#include <gnutls/gnutls.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>

#include "base/findings.h"
#include "base/memory.h"
#include "cert/authority.h"
#include "cert/subject.h"
#include "tls/certificate.h"

enum {
	DAY = 86400,
	CLOCK_LAG = 300,
	SERIAL_SIZE = 16,
	KEY_ID_SIZE = 20,
	RSA_BITS = 3072
};

struct key_type {
	const char *name;
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
};

static const struct key_type key_types[] = {
	{ "ecdsa", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	{ "ecdsa-p384", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	{ "ed25519", GNUTLS_PK_EDDSA_ED25519,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) },
	{ "rsa", GNUTLS_PK_RSA, RSA_BITS },
};

static const struct key_type *
find_key_type(const char *name)
{
	for (size_t i = 0; i < sizeof key_types / sizeof key_types[0]; i++)
		if (strcmp(key_types[i].name, name) == 0)
			return &key_types[i];
	return NULL;
}

bool
issue_knows_key_type(const char *key_type)
{
	return find_key_type(key_type) != NULL;
}

/* The first failure of a row of the library's calls; what follows it is not called. */
#define STEP(code, call)                 \
	do {                             \
		if ((code) >= 0)         \
			(code) = (call); \
	} while (0)

static int
generate_key(const struct issue_request *request, gnutls_x509_privkey_t *key)
{
	const struct key_type *type = find_key_type(request->key_type);
	int code = gnutls_x509_privkey_init(key);

	STEP(code, gnutls_x509_privkey_generate(*key, type->algorithm, type->bits, 0));
	return code;
}

/* 126 random bits, positive and of a length that does not vary (RFC 5280, 4.1.2.2). */
static int
set_serial(gnutls_x509_crt_t cert)
{
	unsigned char serial[SERIAL_SIZE];
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);

	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	STEP(code, gnutls_x509_crt_set_serial(cert, serial, sizeof serial));
	return code;
}

static int
add_name(gnutls_x509_crt_t cert, const struct subject_name *name)
{
	static const gnutls_x509_subject_alt_name_t types[] = { [SUBJECT_DNS] =
								    GNUTLS_SAN_DNSNAME,
		[SUBJECT_IP] = GNUTLS_SAN_IPADDRESS,
		[SUBJECT_URI] = GNUTLS_SAN_URI,
		[SUBJECT_EMAIL] = GNUTLS_SAN_RFC822NAME };
	bool ip = name->kind == SUBJECT_IP;
	const void *bytes = ip ? (const void *)name->ip : name->text;
	size_t size = ip ? name->ip_size : strlen(name->text);

	return gnutls_x509_crt_set_subject_alt_name(
	    cert, types[name->kind], bytes, (unsigned)size, GNUTLS_FSAN_APPEND);
}

static int
set_subject(gnutls_x509_crt_t cert, const struct subject *subject)
{
	int code = gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0,
	    subject->common_name, (unsigned)strlen(subject->common_name));

	for (size_t i = 0; i < subject->count; i++)
		STEP(code, add_name(cert, &subject->names[i]));
	return code;
}

static int
set_use(gnutls_x509_crt_t cert, const struct issue_request *request)
{
	bool authority = request->purpose == ISSUE_FOR_AUTHORITY;
	int code = gnutls_x509_crt_set_basic_constraints(
	    cert, authority, request->path_length);

	if (authority) {
		STEP(code, gnutls_x509_crt_set_key_usage(
			       cert, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
		return code;
	}
	STEP(code, gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE));
	STEP(code, gnutls_x509_crt_set_key_purpose_oid(cert,
		       request->purpose == ISSUE_FOR_CLIENT ? GNUTLS_KP_TLS_WWW_CLIENT
							    : GNUTLS_KP_TLS_WWW_SERVER,
		       0));
	return code;
}

static int
set_life(gnutls_x509_crt_t cert, time_t not_after)
{
	int code = gnutls_x509_crt_set_version(cert, 3);

	STEP(code, gnutls_x509_crt_set_activation_time(cert, time(NULL) - CLOCK_LAG));
	STEP(code, gnutls_x509_crt_set_expiration_time(cert, not_after));
	STEP(code, set_serial(cert));
	return code;
}

/* Sets the public key with its identifier (RFC 5280, 4.2.1.2). */
static int
set_key(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key)
{
	unsigned char id[KEY_ID_SIZE];
	size_t size = sizeof id;
	int code = gnutls_x509_crt_set_key(cert, key);

	STEP(code, gnutls_x509_crt_get_key_id(cert, 0, id, &size));
	STEP(code, gnutls_x509_crt_set_subject_key_id(cert, id, size));
	return code;
}

/* Names the signing key by the identifier in its certificate, or makes one for it. */
static int
set_authority_key_id(gnutls_x509_crt_t cert, gnutls_x509_crt_t signer)
{
	unsigned char id[64];
	size_t size = sizeof id;
	int code = gnutls_x509_crt_get_subject_key_id(signer, id, &size, NULL);

	if (code < 0) {
		size = sizeof id;
		code = gnutls_x509_crt_get_key_id(signer, 0, id, &size);
	}
	STEP(code, gnutls_x509_crt_set_authority_key_id(cert, id, size));
	return code;
}

static int
sign(gnutls_x509_crt_t cert, gnutls_x509_crt_t signer, gnutls_x509_privkey_t key)
{
	gnutls_digest_algorithm_t hash = GNUTLS_DIG_SHA256;
	gnutls_pubkey_t public = NULL;
	int code = gnutls_pubkey_init(&public);

	STEP(code, gnutls_pubkey_import_x509(public, signer, 0));
	STEP(code, gnutls_pubkey_get_preferred_hash_algorithm(public, &hash, NULL));
	gnutls_pubkey_deinit(public);
	STEP(code, set_authority_key_id(cert, signer));
	STEP(code, gnutls_x509_crt_sign2(cert, signer, key, hash, 0));
	return code;
}

/* When the certificate ends: no later than the authority's does. */
static time_t
choose_end(const struct issue_request *request, struct findings *findings)
{
	/* Both ends belong to the period (RFC 5280, 4.1.2.5), hence the second. */
	time_t end = time(NULL) - CLOCK_LAG + (time_t)request->days * DAY - 1;
	char date[CERTIFICATE_DATE_SIZE];

	if (request->authority == NULL)
		return end;
	time_t limit =
	    gnutls_x509_crt_get_expiration_time(request->authority->chain.certs[0]);
	if (end <= limit)
		return end;
	findings_warning(findings,
	    "the authority ends on %s, so the certificate does too: fewer --days or a "
	    "new authority avoid that",
	    certificate_date(limit, date));
	return limit;
}

static int
make_cert(const struct issue_request *request, gnutls_x509_privkey_t key,
    time_t not_after, gnutls_x509_crt_t *cert)
{
	const struct authority *authority = request->authority;
	int code = gnutls_x509_crt_init(cert);

	STEP(code, set_life(*cert, not_after));
	STEP(code, set_key(*cert, key));
	STEP(code, set_subject(*cert, request->subject));
	STEP(code, set_use(*cert, request));
	STEP(code, authority != NULL
		       ? sign(*cert, authority->chain.certs[0], authority->key)
		       : sign(*cert, *cert, key));
	return code;
}

/* Adds the certificate's PEM to the end of `*pem`. */
static int
append_pem(gnutls_x509_crt_t cert, char **pem)
{
	gnutls_datum_t one;
	int code = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &one);

	if (code < 0)
		return code;
	char *longer = memory_format(
	    "%s%.*s", *pem != NULL ? *pem : "", (int)one.size, (const char *)one.data);
	gnutls_free(one.data);
	free(*pem);
	*pem = longer;
	return 0;
}

/* The certificate and those between it and the root: a client has the root, or nothing. */
static int
export_chain(
    const struct authority *authority, gnutls_x509_crt_t cert, struct issued *issued)
{
	int code = append_pem(cert, &issued->cert_pem);

	for (size_t i = 0; authority != NULL && i < authority->chain.count; i++)
		if (!certificate_is_self_issued(authority->chain.certs[i]))
			STEP(code,
			    append_pem(authority->chain.certs[i], &issued->cert_pem));
	return code;
}

static int
export_key(gnutls_x509_privkey_t key, struct issued *issued)
{
	gnutls_datum_t pem;
	int code = gnutls_x509_privkey_export2_pkcs8(
	    key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

	if (code < 0)
		return code;
	issued->key_pem = memory_format("%.*s", (int)pem.size, (const char *)pem.data);
	memory_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return 0;
}

int
issue(const struct issue_request *request, struct issued *issued,
    struct findings *findings)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t cert = NULL;
	int code;

	*issued = (struct issued){ .not_after = choose_end(request, findings) };
	code = generate_key(request, &key);
	STEP(code, make_cert(request, key, issued->not_after, &cert));
	STEP(code, export_chain(request->authority, cert, issued));
	STEP(code, export_key(key, issued));
	if (code < 0) {
		findings_error(findings, "the library cannot make the certificate: %s",
		    gnutls_strerror(code));
	} else {
		issued->key_description = certificate_key_description(cert);
		if (request->authority != NULL)
			issued->issuer = certificate_issuer(cert);
	}
	gnutls_x509_crt_deinit(cert);
	gnutls_x509_privkey_deinit(key);
	return code < 0 ? -1 : 0;
}

void
issued_fini(struct issued *issued)
{
	if (issued->key_pem != NULL)
		memory_wipe(issued->key_pem, strlen(issued->key_pem));
	free(issued->key_pem);
	free(issued->cert_pem);
	free(issued->key_description);
	free(issued->issuer);
	*issued = (struct issued){ 0 };
}
