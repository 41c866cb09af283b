/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The facts of a certificate. */
#include "cert/command/facts.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "tls/x509/certificate.h"
#include "tls/x509/pin.h"

enum { SERIAL_MAX = 64, OID_SIZE = 128 };

struct word {
	unsigned bit;
	const char *text;
};

static void
read_usage(gnutls_x509_crt_t cert, struct facts *facts)
{
	static const struct word words[] = {
		{ GNUTLS_KEY_DIGITAL_SIGNATURE, "digital signature" },
		{ GNUTLS_KEY_NON_REPUDIATION, "non-repudiation" },
		{ GNUTLS_KEY_KEY_ENCIPHERMENT, "key encipherment" },
		{ GNUTLS_KEY_DATA_ENCIPHERMENT, "data encipherment" },
		{ GNUTLS_KEY_KEY_AGREEMENT, "key agreement" },
		{ GNUTLS_KEY_KEY_CERT_SIGN, "certificate signature" },
		{ GNUTLS_KEY_CRL_SIGN, "CRL signature" },
		{ GNUTLS_KEY_ENCIPHER_ONLY, "encipher only" },
		{ GNUTLS_KEY_DECIPHER_ONLY, "decipher only" },
	};
	unsigned usage = 0;

	facts->any_usage = gnutls_x509_crt_get_key_usage(cert, &usage, NULL) < 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (usage & words[i].bit)
			stringlist_add(
			    &facts->usage, words[i].text, strlen(words[i].text));
}

/* Returns the words for a purpose, or its object identifier. */
static const char *
purpose_name(const char *oid)
{
	static const char *const names[][2] = {
		{ GNUTLS_KP_TLS_WWW_SERVER, "TLS server" },
		{ GNUTLS_KP_TLS_WWW_CLIENT, "TLS client" },
		{ GNUTLS_KP_CODE_SIGNING, "code signing" },
		{ GNUTLS_KP_EMAIL_PROTECTION, "e-mail" },
		{ GNUTLS_KP_TIME_STAMPING, "time stamping" },
		{ GNUTLS_KP_OCSP_SIGNING, "OCSP signing" },
		{ GNUTLS_KP_ANY, "any" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(oid, names[i][0]) == 0)
			return names[i][1];
	return oid;
}

static void
read_purposes(gnutls_x509_crt_t cert, struct facts *facts)
{
	char oid[OID_SIZE];
	size_t size = sizeof oid;

	for (unsigned i = 0;
	     gnutls_x509_crt_get_key_purpose_oid(cert, i, oid, &size, NULL) >= 0; i++) {
		const char *name = purpose_name(oid);
		stringlist_add(&facts->purposes, name, strlen(name));
		size = sizeof oid;
	}
}

static void
read_authority(gnutls_x509_crt_t cert, struct facts *facts)
{
	unsigned authority = 0;

	facts->path_length = -1;
	gnutls_x509_crt_get_basic_constraints(
	    cert, NULL, &authority, &facts->path_length);
	facts->authority = authority != 0;
}

char *
facts_hex(const unsigned char *bytes, size_t size)
{
	char *out = memory_new(3 * size + 1);

	for (size_t i = 0; i < size; i++)
		snprintf(out + 3 * i, 4, "%02x%s", bytes[i], i + 1 < size ? ":" : "");
	return out;
}

static void
read_numbers(gnutls_x509_crt_t cert, struct facts *facts)
{
	unsigned char bytes[SERIAL_MAX];
	size_t size = sizeof bytes;

	if (gnutls_x509_crt_get_serial(cert, bytes, &size) >= 0)
		facts->serial = facts_hex(bytes, size);
	size = sizeof bytes;
	if (gnutls_x509_crt_get_fingerprint(cert, GNUTLS_DIG_SHA256, bytes, &size) >= 0)
		facts->sha256 = facts_hex(bytes, size);
}

static void
read_pin(gnutls_x509_crt_t cert, struct facts *facts)
{
	struct pin pin;

	if (pin_read(cert, &pin) == 0) {
		facts->pin = memory_new(PIN_TEXT_SIZE);
		pin_format(&pin, facts->pin);
	}
}

static void
read_signature(gnutls_x509_crt_t cert, struct facts *facts)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(cert);
	const char *name =
	    algorithm < 0 ? NULL
			  : gnutls_sign_get_name((gnutls_sign_algorithm_t)algorithm);

	facts->signature = name != NULL ? name : "unknown";
	facts->broken = certificate_weak_hash(cert) != NULL;
}

void
facts_read(gnutls_x509_crt_t cert, struct facts *facts)
{
	*facts = (struct facts){ .subject = certificate_subject(cert),
		.issuer = certificate_issuer(cert),
		.not_before = gnutls_x509_crt_get_activation_time(cert),
		.not_after = gnutls_x509_crt_get_expiration_time(cert),
		.key = certificate_key_description(cert) };
	certificate_server_names(cert, &facts->names);
	certificate_other_names(cert, &facts->names);
	read_signature(cert, facts);
	read_usage(cert, facts);
	read_purposes(cert, facts);
	read_authority(cert, facts);
	read_numbers(cert, facts);
	read_pin(cert, facts);
}

void
facts_fini(struct facts *facts)
{
	free(facts->subject);
	free(facts->issuer);
	free(facts->key);
	free(facts->serial);
	free(facts->sha256);
	free(facts->pin);
	stringlist_fini(&facts->names);
	stringlist_fini(&facts->usage);
	stringlist_fini(&facts->purposes);
	*facts = (struct facts){ 0 };
}

char *
facts_time(time_t when, char out[CERTIFICATE_TIME_SIZE])
{
	return when == FACTS_FOR_EVER ? memcpy(out, "for ever", sizeof "for ever")
	                              : certificate_time(when, out);
}
