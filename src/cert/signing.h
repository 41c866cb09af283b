/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_SIGNING_H
#define TLSD_CERT_SIGNING_H

/*
 * What all that an authority signs has in common: its period, its serial number, the
 * identifiers of keys, the signature. Each returns what the library does, a negative code
 * for a failure. One thread at a time.
 */

#include <gnutls/gnutls.h>

#include <stddef.h>
#include <time.h>

struct authority;
struct findings;

/* The first failure of a row of the library's calls; what follows it is not called. */
#define STEP(code, call)                 \
	do {                             \
		if ((code) >= 0)         \
			(code) = (call); \
	} while (0)

#define SIGNING_KEY_ID_MAX 64

/* When what is signed now becomes valid: five minutes ago, for clocks that lag. */
time_t signing_now(void);

/* When a certificate for `days` ends: no later than that of `authority`, which may be NULL,
 * with a warning where that cuts it. */
time_t signing_choose_end(
    const struct authority *authority, int days, struct findings *findings);

/* Sets version 3, both ends of the period and a random serial number. */
int signing_set_life(gnutls_x509_crt_t cert, time_t not_after);

/* Sets the public half of `key` with its identifier (RFC 5280, 4.2.1.2). */
int signing_set_key(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key);

/* Sets the identifier of the key that is in `cert`. */
int signing_set_key_id(gnutls_x509_crt_t cert);

/* The identifier of the key in `signer`, at most `*size` bytes. */
int signing_key_id(gnutls_x509_crt_t signer, unsigned char *id, size_t *size);

/* The hash that goes with the key in `signer`. */
int signing_choose_hash(gnutls_x509_crt_t signer, gnutls_digest_algorithm_t *hash);

/* Names the signing key in `cert` and signs. `signer` may be `cert` itself. */
int signing_sign(
    gnutls_x509_crt_t cert, gnutls_x509_crt_t signer, gnutls_x509_privkey_t key);

/* Adds the certificate's PEM to the end of `*pem`, which may be NULL. */
int signing_append_cert(gnutls_x509_crt_t cert, char **pem);

/* Sets `*pem` to the key as plain PKCS#8, which the caller wipes and frees. */
int signing_export_key(gnutls_x509_privkey_t key, char **pem);

#endif
