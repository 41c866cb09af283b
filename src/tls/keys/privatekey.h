/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_PRIVATEKEY_H
#define TLSD_TLS_KEYS_PRIVATEKEY_H

/*
 * A private key from a PEM file: PKCS#8, PKCS#1 or SEC1, plain or encrypted with a passphrase.
 * Only for files that may use GnuTLS. Thread-safe.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;
struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

/*
 * Reads the first private key in the `size` bytes `data`; `file` is the source of the data, for
 * the findings. The first line of `pin_file`, which may be NULL, decrypts an encrypted key.
 * Returns the key, which the caller frees with gnutls_x509_privkey_deinit(), or NULL after an
 * error.
 */
struct gnutls_x509_privkey_int *privatekey_read(const char *file, const char *data,
    size_t size, const char *pin_file, struct findings *findings);

/* True if `key` is the private half of the public key in `cert`. */
bool privatekey_matches(
    struct gnutls_x509_privkey_int *key, struct gnutls_x509_crt_int *cert);

#endif
