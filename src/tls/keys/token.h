/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_TOKEN_H
#define TLSD_TLS_KEYS_TOKEN_H

/*
 * Keys and certificates in PKCS#11 tokens, named by URLs (RFC 7512) instead of files. A PIN is
 * taken from a secret, once, and never asked for, so that repeated attempts do not lock a token
 * that counts wrong ones. Only for files that may use GnuTLS, except token_is_url() and
 * token_is_among(). Thread-safe.
 */

#include <stdbool.h>

struct chain;
struct findings;
struct gnutls_privkey_st;
struct gnutls_x509_crt_int;
struct secret;
struct stringlist;

/* True if `place` is such a URL rather than the path of a file. Pure. */
bool token_is_url(const char *place);

/* True if one of `places` is such a URL. Pure. */
bool token_is_among(const struct stringlist *places);

/*
 * Finds the private key `url`. Its handle opens a session of its own, and another after a fork,
 * so `pin`, which may be without text, must outlive it. Returns what gnutls_privkey_deinit()
 * frees, or NULL with the library's code in `*code`.
 */
struct gnutls_privkey_st *token_key(const char *url, struct secret *pin, int *code);

/* Makes `key` sign something and verifies it by `cert`. Returns 0, or the library's code:
 * GNUTLS_E_CERTIFICATE_KEY_MISMATCH if the two do not belong together. */
int token_prove(struct gnutls_privkey_st *key, struct gnutls_x509_crt_int *cert);

/* Makes `key` decrypt what is encrypted to `cert`, if that is an RSA certificate. Returns 0, or
 * the library's code. */
int token_prove_decryption(
    struct gnutls_privkey_st *key, struct gnutls_x509_crt_int *cert);

/* Fills the all-zero `chain` with the certificate `url` and with those in the token that
 * continue its chain. Returns 0, or -1 after an error; call chain_fini() in both cases. */
int token_read_chain(struct chain *chain, const char *url, struct secret *pin,
    struct findings *findings);

/* Adds the error for `code`. `what` names the missing object, such as "private key", and
 * `pin_file` is the source of the PIN, or NULL. */
void token_report(const char *url, const char *what, const char *pin_file, int code,
    struct findings *findings);

/* Adds an error if `url` contains a PIN, because logs and findings show it. Returns 0 or -1. */
int token_check_url(const char *url, struct findings *findings);

#endif
