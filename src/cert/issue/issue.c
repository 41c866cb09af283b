/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a key and the certificate for it. */
#include "cert/issue/issue.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/issue/authority.h"
#include "cert/issue/signing.h"
#include "cert/issue/subject.h"
#include "tls/x509/certificate.h"

enum { RSA_BITS = 3072 };

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

static int
generate_key(const struct issue_request *request, gnutls_x509_privkey_t *key)
{
	const struct key_type *type = find_key_type(request->key_type);
	int code = gnutls_x509_privkey_init(key);

	STEP(code, gnutls_x509_privkey_generate(*key, type->algorithm, type->bits, 0));
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
make_cert(const struct issue_request *request, gnutls_x509_privkey_t key,
    time_t not_after, gnutls_x509_crt_t *cert)
{
	const struct authority *authority = request->authority;
	int code = gnutls_x509_crt_init(cert);

	STEP(code, signing_set_life(*cert, not_after));
	STEP(code, signing_set_key(*cert, key));
	STEP(code, set_subject(*cert, request->subject));
	STEP(code, set_use(*cert, request));
	STEP(code, authority != NULL
		       ? signing_sign(*cert, authority->chain.certs[0], authority->key)
		       : signing_sign(*cert, *cert, key));
	return code;
}

/* Exports the certificate and the chain below the root, because clients must have the root
 * already. */
static int
export_chain(
    const struct authority *authority, gnutls_x509_crt_t cert, struct issued *issued)
{
	int code = signing_append_cert(cert, &issued->cert_pem);

	for (size_t i = 0; authority != NULL && i < authority->chain.count; i++)
		if (!certificate_is_self_issued(authority->chain.certs[i]))
			STEP(code, signing_append_cert(
				       authority->chain.certs[i], &issued->cert_pem));
	return code;
}

int
issue(const struct issue_request *request, struct issued *issued,
    struct findings *findings)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t cert = NULL;
	int code;

	*issued = (struct issued){ .not_after = signing_choose_end(
				       request->authority, request->days, findings) };
	code = generate_key(request, &key);
	STEP(code, make_cert(request, key, issued->not_after, &cert));
	STEP(code, export_chain(request->authority, cert, issued));
	STEP(code, signing_export_key(key, &issued->key_pem));
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
