/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The common parts of everything that an authority signs. */
#include "cert/issue/signing.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdint.h>
#include <stdlib.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/issue/authority.h"
#include "tls/x509/certificate.h"

enum { DAY = 86400, CLOCK_LAG = 300, SERIAL_SIZE = 16, KEY_ID_SIZE = 20 };

time_t
signing_now(void)
{
	return time(NULL) - CLOCK_LAG;
}

/* Sets 126 random bits: a positive number of constant length (RFC 5280, 4.1.2.2). */
static int
set_serial(gnutls_x509_crt_t cert)
{
	unsigned char serial[SERIAL_SIZE];
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);

	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	STEP(code, gnutls_x509_crt_set_serial(cert, serial, sizeof serial));
	return code;
}

int
signing_set_life(gnutls_x509_crt_t cert, time_t not_after)
{
	int code = gnutls_x509_crt_set_version(cert, 3);

	STEP(code, gnutls_x509_crt_set_activation_time(cert, signing_now()));
	STEP(code, gnutls_x509_crt_set_expiration_time(cert, not_after));
	STEP(code, set_serial(cert));
	return code;
}

int
signing_set_key(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key)
{
	int code = gnutls_x509_crt_set_key(cert, key);

	STEP(code, signing_set_key_id(cert));
	return code;
}

int
signing_set_key_id(gnutls_x509_crt_t cert)
{
	unsigned char id[KEY_ID_SIZE];
	size_t size = sizeof id;
	int code = gnutls_x509_crt_get_key_id(cert, 0, id, &size);

	STEP(code, gnutls_x509_crt_set_subject_key_id(cert, id, size));
	return code;
}

int
signing_key_id(gnutls_x509_crt_t signer, unsigned char *id, size_t *size)
{
	size_t room = *size;
	int code = gnutls_x509_crt_get_subject_key_id(signer, id, size, NULL);

	if (code >= 0)
		return code;
	*size = room;
	return gnutls_x509_crt_get_key_id(signer, 0, id, size);
}

/* Names the signing key by the identifier in its certificate, or computes one. */
static int
set_authority_key_id(gnutls_x509_crt_t cert, gnutls_x509_crt_t signer)
{
	unsigned char id[SIGNING_KEY_ID_MAX];
	size_t size = sizeof id;
	int code = signing_key_id(signer, id, &size);

	STEP(code, gnutls_x509_crt_set_authority_key_id(cert, id, size));
	return code;
}

int
signing_choose_hash(gnutls_x509_crt_t signer, gnutls_digest_algorithm_t *hash)
{
	gnutls_pubkey_t public = NULL;
	int code = gnutls_pubkey_init(&public);

	*hash = GNUTLS_DIG_SHA256;
	STEP(code, gnutls_pubkey_import_x509(public, signer, 0));
	STEP(code, gnutls_pubkey_get_preferred_hash_algorithm(public, hash, NULL));
	gnutls_pubkey_deinit(public);
	return code;
}

int
signing_sign(
    gnutls_x509_crt_t cert, gnutls_x509_crt_t signer, gnutls_x509_privkey_t key)
{
	gnutls_digest_algorithm_t hash;
	int code = signing_choose_hash(signer, &hash);

	STEP(code, set_authority_key_id(cert, signer));
	STEP(code, gnutls_x509_crt_sign2(cert, signer, key, hash, 0));
	return code;
}

time_t
signing_days_after(time_t start, int days)
{
	const int64_t end = (int64_t)start + (int64_t)days * DAY;

	return sizeof start < sizeof end && end > INT32_MAX ? INT32_MAX : (time_t)end;
}

time_t
signing_choose_end(
    const struct authority *authority, int days, struct findings *findings)
{
	const time_t start = signing_now();
	/* The period includes both ends (RFC 5280, 4.1.2.5), hence the second. */
	const time_t end = signing_days_after(start, days) - 1;
	char date[CERTIFICATE_DATE_SIZE];

	if ((int64_t)end - start < (int64_t)days * DAY - 1)
		findings_warning(findings,
		    "dates of this system end on %s, so the certificate does too: use "
		    "fewer --days, or a system of 64 bits",
		    certificate_date(end, date));
	if (authority == NULL)
		return end;
	time_t limit = gnutls_x509_crt_get_expiration_time(authority->chain.certs[0]);
	if (end <= limit)
		return end;
	findings_warning(findings,
	    "the authority ends on %s, so the certificate does too: use fewer --days "
	    "or a new authority",
	    certificate_date(limit, date));
	return limit;
}

int
signing_append_cert(gnutls_x509_crt_t cert, char **pem)
{
	gnutls_datum_t one;
	int code = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &one);

	if (code < 0)
		return code;
	memory_append(pem, "%.*s", (int)one.size, (const char *)one.data);
	gnutls_free(one.data);
	return 0;
}

int
signing_export_key(gnutls_x509_privkey_t key, char **text)
{
	gnutls_datum_t pem;
	int code = gnutls_x509_privkey_export2_pkcs8(
	    key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

	if (code < 0)
		return code;
	*text = memory_format("%.*s", (int)pem.size, (const char *)pem.data);
	memory_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return 0;
}
