/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_SIGNING_H
#define TLSD_CERT_ISSUE_SIGNING_H

/*
 * The common parts of everything that an authority signs: period, serial number, key
 * identifiers and signature. Functions that return int return the library's code, negative for
 * a failure. One thread at a time.
 */

#include <gnutls/gnutls.h>

#include <stddef.h>
#include <time.h>

struct authority;
struct findings;

/* Makes a call of the library, unless an earlier one in the row has failed. */
#define STEP(code, call)                 \
	do {                             \
		if ((code) >= 0)         \
			(code) = (call); \
	} while (0)

#define SIGNING_KEY_ID_MAX 64

/* Returns the start of a new signature's validity: five minutes ago, for clocks that lag. */
time_t signing_now(void);

/* Returns the time that is `days` after `start`, or the last that this system can express, in
 * 2038 if time_t has 32 bits. */
time_t signing_days_after(time_t start, int days);

/* Returns the end of a certificate for `days`. It is not later than that of `authority`, which
 * may be NULL. Adds a warning if that or the last date of this system shortens it. */
time_t signing_choose_end(
    const struct authority *authority, int days, struct findings *findings);

/* Sets version 3, both ends of the period and a random serial number. */
int signing_set_life(gnutls_x509_crt_t cert, time_t not_after);

/* Sets the public half of `key` with its identifier (RFC 5280, 4.2.1.2). */
int signing_set_key(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key);

/* Sets the identifier of the public key in `cert`. */
int signing_set_key_id(gnutls_x509_crt_t cert);

/* Gets the identifier of the key in `signer`, at most `*size` bytes. */
int signing_key_id(gnutls_x509_crt_t signer, unsigned char *id, size_t *size);

/* Chooses the hash that suits the key in `signer`. */
int signing_choose_hash(gnutls_x509_crt_t signer, gnutls_digest_algorithm_t *hash);

/* Names the signing key in `cert` and signs. `signer` may be `cert` itself. */
int signing_sign(
    gnutls_x509_crt_t cert, gnutls_x509_crt_t signer, gnutls_x509_privkey_t key);

/* Adds the certificate's PEM to the end of `*pem`, which may be NULL. */
int signing_append_cert(gnutls_x509_crt_t cert, char **pem);

/* Sets `*pem` to the key as plain PKCS#8, which the caller wipes and frees. */
int signing_export_key(gnutls_x509_privkey_t key, char **pem);

#endif
