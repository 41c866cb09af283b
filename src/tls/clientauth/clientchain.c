/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificates that a client has sent. */
#include "tls/clientauth/clientchain.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/clientauth/refusal.h"
#include "tls/x509/chain.h"

/* Any client may send any certificate. The library's work for it grows with the square of its
 * size. The work for an RSA signature grows with the size of the key. */
#define CERT_SIZE_MAX 8192
#define RSA_BITS_MAX 8192
#define EXPONENT_SIZE_MAX 5 /* bytes, including a leading zero; 65537 has three */

static bool
is_modest(const struct clientchain *chain, struct refusal *refusal)
{
	const gnutls_datum_t *certs = chain->certs;

	for (unsigned i = 0; i < chain->count; i++)
		if (certs[i].size > CERT_SIZE_MAX)
			return refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
			    GNUTLS_A_BAD_CERTIFICATE,
			    "there is a certificate of %u bytes", certs[i].size);
	return true;
}

static bool
import_certs(const struct clientchain *from, struct chain *chain)
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

bool
clientchain_import(
    const struct clientchain *from, struct chain *chain, struct refusal *refusal)
{
	if (!is_modest(from, refusal))
		return false;
	return import_certs(from, chain) ||
	       refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
		   "the certificate is damaged");
}

/* True if verifying a signature by the client's key is fast, as with the key of any honest
 * client. */
static bool
is_quick(gnutls_x509_crt_t cert, struct refusal *refusal)
{
	gnutls_datum_t modulus = { NULL, 0 }, exponent = { NULL, 0 };
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(cert, &bits);

	if (algorithm >= 0 && algorithm != GNUTLS_PK_RSA &&
	    algorithm != GNUTLS_PK_RSA_PSS)
		return true;
	bool quick = gnutls_x509_crt_get_pk_rsa_raw(cert, &modulus, &exponent) >= 0 &&
	             bits <= RSA_BITS_MAX && exponent.size <= EXPONENT_SIZE_MAX;
	gnutls_free(modulus.data);
	gnutls_free(exponent.data);
	return quick ||
	       refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
		   "its RSA key is too long, or has too long an exponent");
}

/* GnuTLS 3.7.9 accepts Ed448 signatures with an altered last byte, against RFC 8032, 5.2.7. The
 * priority string cannot exclude them without excluding Ed448 certificates of the server. */
static bool
is_verifiable(gnutls_x509_crt_t cert, struct refusal *refusal)
{
	return gnutls_x509_crt_get_pk_algorithm(cert, NULL) != GNUTLS_PK_EDDSA_ED448 ||
	       refusal_set(refusal, FAILURE_CERT_UNTRUSTED,
		   GNUTLS_A_UNSUPPORTED_CERTIFICATE,
		   "its key is Ed448, whose signatures are not checked strictly");
}

bool
clientchain_has_fit_key(gnutls_x509_crt_t cert, struct refusal *refusal)
{
	return is_quick(cert, refusal) && is_verifiable(cert, refusal);
}
