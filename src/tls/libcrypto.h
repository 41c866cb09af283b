/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_LIBCRYPTO_H
#define TLSD_TLS_LIBCRYPTO_H

/*
 * Signing by OpenSSL's libcrypto, with the two kinds of key for which it is several times
 * cheaper than GnuTLS: RSA, and ECDSA on P-256. By GnuTLS a signature costs the server more
 * than anything else in a handshake. Reading keys, protocol and all other cryptography but
 * that of tls/x25519.h stay with GnuTLS, and a build without libcrypto differs in nothing but
 * time. Only for files that may know GnuTLS, but for libcrypto_version().
 *
 * No configuration of OpenSSL's is read. An RSA signature is checked before it is given out,
 * so that a fault in computing it does not give the key away.
 */

#include <stdbool.h>

struct gnutls_privkey_st;
struct gnutls_x509_privkey_int;
struct libcrypto_key;

/* Of the library at run time, such as "3.0.17"; NULL if tlsd was built without. */
const char *libcrypto_version(void);

/* Takes a copy of `key`. Returns what libcrypto_key_free() wipes and frees, or NULL if GnuTLS
 * has to sign with this one; `*refused` if libcrypto was to have it and did not take it. */
struct libcrypto_key *libcrypto_key_new(
    struct gnutls_x509_privkey_int *key, bool *refused);
void libcrypto_key_free(struct libcrypto_key *key);

/*
 * Makes the fresh `handle` sign by libcrypto with `key`, which may be freed before it.
 * Any number of threads may sign with one handle. Returns 0, or GnuTLS' code.
 */
int libcrypto_key_give(
    const struct libcrypto_key *key, struct gnutls_privkey_st *handle);

#endif
