/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts about one X.509 certificate, in words. */
#include "tls/x509/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"

enum { NAME_SIZE = 512, STATUS_REQUEST = 5 /* RFC 6066, 1.1 */ };

static char *
copy_escaped(const gnutls_datum_t *bytes)
{
	char out[NAME_SIZE];

	return memory_copy(text_escape_name(out, sizeof out, bytes->data, bytes->size));
}

static char *
escaped_name(const gnutls_datum_t *bytes)
{
	char out[NAME_SIZE];

	return memory_copy(text_escape_dn(out, sizeof out, bytes->data, bytes->size));
}

/* Takes over the result of one of the library's two functions for a name. */
static char *
take_name(int code, gnutls_datum_t *name, const char *without)
{
	if (code < 0)
		return memory_copy(without);
	char *text = name->size > 0 ? escaped_name(name) : memory_copy(without);
	gnutls_free(name->data);
	return text;
}

char *
certificate_subject(gnutls_x509_crt_t cert)
{
	gnutls_datum_t name = { NULL, 0 };
	int code = gnutls_x509_crt_get_dn3(cert, &name, 0);

	return take_name(code, &name, "an empty subject");
}

char *
certificate_issuer(gnutls_x509_crt_t cert)
{
	gnutls_datum_t name = { NULL, 0 };
	int code = gnutls_x509_crt_get_issuer_dn3(cert, &name, 0);

	return take_name(code, &name, "an empty issuer");
}

char *
certificate_common_name(gnutls_x509_crt_t cert)
{
	char name[NAME_SIZE];
	size_t size = sizeof name;

	if (gnutls_x509_crt_get_dn_by_oid(
		cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0)
		return NULL;
	return copy_escaped(&(gnutls_datum_t){ (unsigned char *)name, (unsigned)size });
}

static void
add_ip(struct stringlist *names, const unsigned char *bytes, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	int family = size == 4 ? AF_INET : AF_INET6;

	if (size != 4 && size != 16)
		return;
	if (inet_ntop(family, bytes, text, sizeof text) != NULL)
		stringlist_add(names, text, strlen(text));
}

static void
add_prefixed_text(
    struct stringlist *names, const char *kind, const char *bytes, size_t size)
{
	char text[NAME_SIZE];
	char *named;

	text_escape(text, sizeof text, bytes, size);
	named = memory_format("%s%s", kind, text);
	stringlist_add(names, named, strlen(named));
	free(named);
}

/* Reads alternative name number `i`. Returns its type, or a negative code after the last one. A
 * name that is too long gets no size, because it is not needed. */
static int
read_name(gnutls_x509_crt_t cert, unsigned i, char name[NAME_SIZE], size_t *size)
{
	*size = NAME_SIZE;
	int type = gnutls_x509_crt_get_subject_alt_name(cert, i, name, size, NULL);
	if (type != GNUTLS_E_SHORT_MEMORY_BUFFER)
		return type;
	*size = 0;
	return GNUTLS_SAN_OTHERNAME;
}

void
certificate_server_names(gnutls_x509_crt_t cert, struct stringlist *names)
{
	char name[NAME_SIZE];
	size_t size;
	int type;

	for (unsigned i = 0; (type = read_name(cert, i, name, &size)) >= 0; i++) {
		if (type == GNUTLS_SAN_IPADDRESS)
			add_ip(names, (unsigned char *)name, size);
		else if (type == GNUTLS_SAN_DNSNAME)
			add_prefixed_text(names, "", name, size);
	}
}

void
certificate_other_names(gnutls_x509_crt_t cert, struct stringlist *names)
{
	char name[NAME_SIZE];
	size_t size;
	int type;

	for (unsigned i = 0; (type = read_name(cert, i, name, &size)) >= 0; i++) {
		if (type == GNUTLS_SAN_URI)
			add_prefixed_text(names, "URI:", name, size);
		else if (type == GNUTLS_SAN_RFC822NAME)
			add_prefixed_text(names, "email:", name, size);
	}
}

static const char *
curve_name(gnutls_x509_crt_t cert)
{
	gnutls_ecc_curve_t curve;

	if (gnutls_x509_crt_get_pk_ecc_raw(cert, &curve, NULL, NULL) < 0)
		return "on an unknown curve";
	switch (curve) {
	case GNUTLS_ECC_CURVE_SECP256R1:
		return "P-256";
	case GNUTLS_ECC_CURVE_SECP384R1:
		return "P-384";
	case GNUTLS_ECC_CURVE_SECP521R1:
		return "P-521";
	default:
		return gnutls_ecc_curve_get_name(curve);
	}
}

char *
certificate_key_description(gnutls_x509_crt_t cert)
{
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(cert, &bits);

	switch (algorithm) {
	case GNUTLS_PK_ECDSA:
		return memory_format("ECDSA %s", curve_name(cert));
	case GNUTLS_PK_EDDSA_ED25519:
		return memory_copy("Ed25519");
	case GNUTLS_PK_EDDSA_ED448:
		return memory_copy("Ed448");
	default:
		if (algorithm < 0)
			return memory_copy("an unknown algorithm");
		return memory_format("%s %u",
		    gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm), bits);
	}
}

bool
certificate_key_is_readable(gnutls_x509_crt_t cert)
{
	gnutls_pubkey_t key = NULL;
	bool readable = gnutls_pubkey_init(&key) >= 0 &&
	                gnutls_pubkey_import_x509(key, cert, 0) >= 0;

	gnutls_pubkey_deinit(key);
	return readable;
}

bool
certificate_key_fits_tls(gnutls_x509_crt_t cert)
{
	switch (gnutls_x509_crt_get_pk_algorithm(cert, NULL)) {
	case GNUTLS_PK_DSA:
	case GNUTLS_PK_ECDH_X25519:
	case GNUTLS_PK_ECDH_X448:
	case GNUTLS_PK_GOST_01:
	case GNUTLS_PK_GOST_12_256:
	case GNUTLS_PK_GOST_12_512:
		return false;
	default:
		return true;
	}
}

const char *
certificate_weak_hash(gnutls_x509_crt_t cert)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(cert);

	if (algorithm < 0)
		return NULL;
	gnutls_digest_algorithm_t hash =
	    gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)algorithm);
	if (hash == GNUTLS_DIG_SHA1 || hash == GNUTLS_DIG_MD5 || hash == GNUTLS_DIG_MD2)
		return gnutls_digest_get_name(hash);
	return NULL;
}

bool
certificate_is_self_issued(gnutls_x509_crt_t cert)
{
	return gnutls_x509_crt_check_issuer(cert, cert) != 0;
}

bool
certificate_names_issuer(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	gnutls_datum_t wanted = { NULL, 0 }, name = { NULL, 0 };

	bool same = gnutls_x509_crt_get_raw_issuer_dn(cert, &wanted) >= 0 &&
	            gnutls_x509_crt_get_raw_dn(issuer, &name) >= 0 &&
	            wanted.size == name.size &&
	            memcmp(wanted.data, name.data, name.size) == 0;
	gnutls_free(wanted.data);
	gnutls_free(name.data);
	return same;
}

bool
certificate_is_signed_by(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	/* Only the signature counts here: dates and purposes have their own findings. */
	unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
	                 GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
	                 GNUTLS_VERIFY_DISABLE_CA_SIGN | GNUTLS_VERIFY_ALLOW_BROKEN |
	                 GNUTLS_VERIFY_ALLOW_ANY_X509_V1_CA_CRT;
	unsigned status = 0;

	if (!gnutls_x509_crt_check_issuer(cert, issuer))
		return false;
	if (gnutls_x509_crt_verify(cert, &issuer, 1, flags, &status) < 0)
		return false;
	return (status &
		   (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND)) == 0;
}

bool
certificate_permits(gnutls_x509_crt_t cert, unsigned wanted)
{
	unsigned usage = 0;

	if (gnutls_x509_crt_get_key_usage(cert, &usage, NULL) < 0)
		return true;
	return (usage & wanted) != 0;
}

bool
certificate_must_staple(gnutls_x509_crt_t cert)
{
	gnutls_x509_tlsfeatures_t features;
	unsigned feature = 0;
	bool must = false;

	if (gnutls_x509_tlsfeatures_init(&features) < 0)
		return false;
	if (gnutls_x509_crt_get_tlsfeatures(cert, features, 0, NULL) >= 0)
		for (unsigned i = 0;
		     !must && gnutls_x509_tlsfeatures_get(features, i, &feature) >= 0;
		     i++)
			must = feature == STATUS_REQUEST;
	gnutls_x509_tlsfeatures_deinit(features);
	return must;
}

static bool
is_supported(const char *oid)
{
	static const char *const supported[] = { "2.5.29.14", "2.5.29.15", "2.5.29.17",
		"2.5.29.18", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32",
		"2.5.29.35", "2.5.29.37", "2.5.29.54", "1.3.6.1.5.5.7.1.1",
		"1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.1.24" };

	for (size_t i = 0; i < sizeof supported / sizeof supported[0]; i++)
		if (strcmp(oid, supported[i]) == 0)
			return true;
	return false;
}

/* RFC 5280, 4.2.1: the extensions that are critical or may be. */
static char *
name_extension(const char *oid)
{
	if (strcmp(oid, "2.5.29.33") == 0)
		return memory_format("policyMappings (%s)", oid);
	if (strcmp(oid, "2.5.29.36") == 0)
		return memory_format("policyConstraints (%s)", oid);
	return memory_copy(oid);
}

char *
certificate_unknown_extension(gnutls_x509_crt_t cert)
{
	char oid[128];

	for (unsigned i = 0;; i++) {
		size_t size = sizeof oid;
		unsigned critical = 0;
		int code =
		    gnutls_x509_crt_get_extension_info(cert, i, oid, &size, &critical);
		if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return NULL;
		if (code < 0)
			return memory_copy("of an unreadable name");
		if (critical && !is_supported(oid))
			return name_extension(oid);
	}
}

time_t
certificate_next_end(time_t next, time_t end, time_t now)
{
	return end > now && (next == 0 || end < next) ? end : next;
}

char *
certificate_date(time_t when, char out[CERTIFICATE_DATE_SIZE])
{
	char text[CERTIFICATE_TIME_SIZE];

	certificate_time(when, text);
	snprintf(out, CERTIFICATE_DATE_SIZE, "%.*s", (int)strcspn(text, " "), text);
	return out;
}

char *
certificate_time(time_t when, char out[CERTIFICATE_TIME_SIZE])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(out, CERTIFICATE_TIME_SIZE, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		memcpy(out, "?", 2);
	return out;
}
