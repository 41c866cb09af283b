/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_LIBCRYPTO_H
#define TLSD_TLS_ACCEL_LIBCRYPTO_H

/*
 * Signs with OpenSSL's libcrypto, for the two kinds of key for which it is several times
 * cheaper than GnuTLS: RSA, and ECDSA on P-256. With GnuTLS, a signature costs the server more
 * than anything else in a handshake. GnuTLS still reads keys and does the protocol and all
 * other cryptography except that of tls/accel/x25519.h and tls/accel/chachapoly.h. A build
 * without libcrypto differs only in speed. Only for files that may use GnuTLS, except
 * libcrypto_version().
 *
 * OpenSSL's configuration is not read. An RSA signature is verified before it is returned, so
 * that a fault in its computation does not reveal the key.
 */

#include <stdbool.h>

struct gnutls_privkey_st;
struct gnutls_x509_privkey_int;
struct libcrypto_key;

/* Returns the version of the library at run time, such as "3.0.17", or NULL if tlsd was built
 * without it. */
const char *libcrypto_version(void);

/* Copies `key`. Returns what libcrypto_key_free() wipes and frees, or NULL if GnuTLS must sign
 * with this key. Sets `*refused` if libcrypto should have signed with it but did not accept it. */
struct libcrypto_key *libcrypto_key_new(
    struct gnutls_x509_privkey_int *key, bool *refused);
void libcrypto_key_free(struct libcrypto_key *key);

/*
 * Makes the fresh `handle` sign by libcrypto with `key`, which may be freed before it. Any
 * number of threads may sign with one handle. Returns 0, or GnuTLS's code.
 */
int libcrypto_key_give(
    const struct libcrypto_key *key, struct gnutls_privkey_st *handle);

#endif
