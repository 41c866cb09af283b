/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new certificate modelled on an old one. */
#include "cert/issue/renewal.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stddef.h>

#include "base/log/findings.h"
#include "cert/issue/authority.h"
#include "tls/x509/der.h"
#include "cert/issue/signing.h"
#include "tls/x509/certificate.h"

enum {
	DAY = 86400,
	DAYS_MAX = 36500,
	RSA_BITS_MIN = 2048,
	RSA_BITS = 3072,
	VALIDITY_PLACE = 3,
	KEY_PLACE = 5
};

/* When an extension of the old certificate is left out of the new one. */
enum removal { ALWAYS, WITH_NEW_KEY, WITH_OTHER_AUTHORITY };

struct removed_row {
	enum removal when;
	size_t size;
	unsigned char oid[10];
};

static const struct removed_row removed[] = {
	/* authorityKeyIdentifier: the signature sets it. */
	{ ALWAYS, 3, { 0x55, 0x1d, 0x23 } },
	/* SignedCertificateTimestampList and the poison of a precertificate. */
	{ ALWAYS, 10, { 0x2b, 0x06, 1, 4, 1, 0xd6, 0x79, 2, 4, 2 } },
	{ ALWAYS, 10, { 0x2b, 0x06, 1, 4, 1, 0xd6, 0x79, 2, 4, 3 } },
	{ WITH_NEW_KEY, 3, { 0x55, 0x1d, 0x0e } }, /* subjectKeyIdentifier */
	{ WITH_OTHER_AUTHORITY, 3, { 0x55, 0x1d, 0x12 } }, /* issuerAltName */
	{ WITH_OTHER_AUTHORITY, 3, { 0x55, 0x1d, 0x1f } }, /* cRLDistributionPoints */
	{ WITH_OTHER_AUTHORITY, 3, { 0x55, 0x1d, 0x20 } }, /* certificatePolicies */
	{ WITH_OTHER_AUTHORITY, 3, { 0x55, 0x1d, 0x2e } }, /* freshestCRL */
	{ WITH_OTHER_AUTHORITY, 8, { 0x2b, 6, 1, 5, 5, 7, 1, 1 } }, /* authorityInfo */
};

static bool
has_other_authority(const struct renewal_request *request)
{
	return request->authority != NULL && !certificate_names_issuer(request->old,
						 request->authority->chain.certs[0]);
}

static bool
is_removed(const struct renewal_request *request, struct der oid)
{
	for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++) {
		const struct removed_row *row = &removed[i];
		if (!der_equals(oid, row->oid, row->size))
			continue;
		return row->when == ALWAYS ||
		       (row->when == WITH_NEW_KEY && request->new_key) ||
		       (row->when == WITH_OTHER_AUTHORITY &&
			   has_other_authority(request));
	}
	return false;
}

/* Adds the extensions in `content` that are kept to `to` (RFC 5280, 4.1). */
static void
add_extensions(
    const struct renewal_request *request, struct der content, struct der_text *to)
{
	struct der_element list, extension, oid;
	struct der_text kept = { 0 };

	if (!der_take_tag(&content, DER_SEQUENCE, &list))
		return;
	while (der_take_tag(&list.content, DER_SEQUENCE, &extension)) {
		struct der inside = extension.content;
		if (der_take_tag(&inside, DER_OID, &oid) &&
		    !is_removed(request, oid.content))
			der_add(&kept, extension.whole);
	}
	if (kept.size > 0) {
		der_wrap(&kept, DER_SEQUENCE);
		der_wrap(&kept, DER_CONTEXT_3);
		der_add(to, der_of(&kept));
	}
	der_text_fini(&kept);
}

static void
add_validity(struct der_text *to, time_t end)
{
	struct der_text validity = { 0 };

	der_add_time(&validity, signing_now());
	der_add_time(&validity, end);
	der_wrap(&validity, DER_SEQUENCE);
	der_add(to, der_of(&validity));
	der_text_fini(&validity);
}

/*
 * Copies the certificate `from` to `to` without the extensions left out. The copy has the end
 * `end`, and the public key `key` if that is not empty. The library cannot set a key of another
 * type, or change the type of a date, which differs before and since 2050.
 */
static void
copy_certificate(const struct renewal_request *request, struct der from, time_t end,
    struct der key, struct der_text *to)
{
	struct der_element outer, inner, part;
	unsigned place = 0; /* does not count the version, which may be missing */

	if (!der_take_tag(&from, DER_SEQUENCE, &outer) ||
	    !der_take_tag(&outer.content, DER_SEQUENCE, &inner))
		return;
	while (der_take(&inner.content, &part)) {
		if (part.tag == DER_CONTEXT_3)
			add_extensions(request, part.content, to);
		else if (place == VALIDITY_PLACE)
			add_validity(to, end);
		else if (place == KEY_PLACE && key.size > 0)
			der_add(to, key);
		else
			der_add(to, part.whole);
		place += part.tag != DER_CONTEXT_0;
	}
	der_wrap(to, DER_SEQUENCE);
	der_add(to, outer.content); /* the old signature, until a new one is made */
	der_wrap(to, DER_SEQUENCE);
}

/* Exports the public half of `key` in the form of a certificate; empty if `key` is NULL. */
static int
export_public(gnutls_x509_privkey_t key, gnutls_datum_t *der)
{
	gnutls_privkey_t abstract = NULL;
	gnutls_pubkey_t public = NULL;
	int code = 0;

	if (key == NULL)
		return 0;
	STEP(code, gnutls_privkey_init(&abstract));
	STEP(code, gnutls_privkey_import_x509(abstract, key, 0));
	STEP(code, gnutls_pubkey_init(&public));
	STEP(code, gnutls_pubkey_import_privkey(public, abstract, 0, 0));
	STEP(code, gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, der));
	gnutls_pubkey_deinit(public);
	gnutls_privkey_deinit(abstract);
	return code;
}

/* Copies the old certificate so that it can be changed, with the end `end`, and with `key` if
 * there is one. */
static int
copy_old(const struct renewal_request *request, time_t end, gnutls_x509_privkey_t key,
    gnutls_x509_crt_t *cert)
{
	gnutls_datum_t public = { NULL, 0 };
	struct der_text copy = { 0 };
	gnutls_datum_t der = { NULL, 0 };
	int code = gnutls_x509_crt_export2(request->old, GNUTLS_X509_FMT_DER, &der);

	STEP(code, gnutls_x509_crt_init(cert));
	STEP(code, export_public(key, &public));
	if (code >= 0)
		copy_certificate(request, (struct der){ der.data, der.size }, end,
		    (struct der){ public.data, public.size }, &copy);
	gnutls_datum_t datum = { copy.bytes, (unsigned)copy.size };
	STEP(code, gnutls_x509_crt_import(*cert, &datum, GNUTLS_X509_FMT_DER));
	gnutls_free(public.data);
	gnutls_free(der.data);
	der_text_fini(&copy);
	return code;
}

/* Makes a key of the kind in `old`. */
static int
generate_key(gnutls_x509_crt_t old, gnutls_x509_privkey_t *key)
{
	unsigned bits = 0;
	gnutls_ecc_curve_t curve;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(old, &bits);

	if (algorithm < 0)
		return algorithm;
	if (gnutls_x509_crt_get_pk_ecc_raw(old, &curve, NULL, NULL) >= 0)
		bits = GNUTLS_CURVE_TO_BITS(curve);
	else if (bits < RSA_BITS_MIN)
		bits = RSA_BITS;
	int code = gnutls_x509_privkey_init(key);
	STEP(code, gnutls_x509_privkey_generate(
		       *key, (gnutls_pk_algorithm_t)algorithm, bits, 0));
	return code;
}

static int
choose_days(const struct renewal_request *request)
{
	long long seconds =
	    (long long)gnutls_x509_crt_get_expiration_time(request->old) -
	    gnutls_x509_crt_get_activation_time(request->old);
	long long days = (seconds + DAY / 2) / DAY;

	if (request->days > 0)
		return request->days;
	if (days < 1)
		return 1;
	return days > DAYS_MAX ? DAYS_MAX : (int)days;
}

static int
sign_certificate(const struct renewal_request *request, struct renewal *renewal)
{
	if (request->authority != NULL)
		return signing_sign(renewal->cert, request->authority->chain.certs[0],
		    request->authority->key);
	return signing_sign(renewal->cert, renewal->cert,
	    renewal->key != NULL ? renewal->key : request->key);
}

int
renewal_make(const struct renewal_request *request, struct renewal *renewal,
    struct findings *findings)
{
	time_t end =
	    signing_choose_end(request->authority, choose_days(request), findings);

	*renewal = (struct renewal){ 0 };
	int code = 0;
	if (request->new_key)
		code = generate_key(request->old, &renewal->key);
	STEP(code, copy_old(request, end, renewal->key, &renewal->cert));
	if (request->new_key)
		STEP(code, signing_set_key_id(renewal->cert));
	STEP(code, signing_set_life(renewal->cert, end));
	STEP(code, sign_certificate(request, renewal));
	if (code >= 0)
		return 0;
	findings_error(findings, "the library cannot renew the certificate: %s",
	    gnutls_strerror(code));
	return -1;
}

void
renewal_fini(struct renewal *renewal)
{
	gnutls_x509_crt_deinit(renewal->cert);
	gnutls_x509_privkey_deinit(renewal->key);
	*renewal = (struct renewal){ 0 };
}
