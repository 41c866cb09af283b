/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PRIVATEKEY_H
#define TLSD_TLS_PRIVATEKEY_H

/*
 * A private key out of a PEM file: PKCS#8, PKCS#1 or SEC1, plain or behind a passphrase.
 * Only for files that may know GnuTLS. Safe in any thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;
struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

/*
 * Reads the first private key among the `size` bytes `data`; `file` is where these came
 * from, for the findings. An encrypted one is opened with the first line of `pin_file`,
 * which may be NULL. Returns the key, which the caller frees with
 * gnutls_x509_privkey_deinit(), or NULL after an error.
 */
struct gnutls_x509_privkey_int *privatekey_read(const char *file, const char *data,
    size_t size, const char *pin_file, struct findings *findings);

/* `key` is the private half of the public key in `cert`. */
bool privatekey_matches(
    struct gnutls_x509_privkey_int *key, struct gnutls_x509_crt_int *cert);

#endif
