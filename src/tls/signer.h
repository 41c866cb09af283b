/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SIGNER_H
#define TLSD_TLS_SIGNER_H

/*
 * What signs handshakes: a private key out of a file, or one that stays in a PKCS#11 token.
 * Immutable once loaded, so any thread may read it. Only for files that may know GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;
struct gnutls_privkey_st;
struct gnutls_x509_crt_int;
struct signer;

/*
 * The key among the `size` bytes `data`, which came from the file `place`; or the one in the
 * token that the URL `place` names, and `data` is NULL. `pin_file`, which may be NULL, opens
 * either. Returns what signer_free() frees, or NULL after an error.
 */
struct signer *signer_load(const char *place, const char *data, size_t size,
    const char *pin_file, struct findings *findings);
void signer_free(struct signer *signer);

/*
 * Lets an RSA key decrypt as well, for static RSA key exchange. It stays with GnuTLS then,
 * which decrypts in constant time (RFC 5246, 7.4.7.1). Before the signer is shared.
 */
void signer_enable_decryption(struct signer *signer);

bool signer_is_in_token(const struct signer *signer);

/* It is the private half of the public key in `cert`. */
bool signer_matches(const struct signer *signer, struct gnutls_x509_crt_int *cert);

/*
 * A handle on the key, which is the caller's to free with gnutls_privkey_deinit() or to give
 * away; one on a key in a token needs the signer as long as it lives. NULL with the
 * library's code in `*code`.
 */
struct gnutls_privkey_st *signer_key(const struct signer *signer, int *code);

/* Adds an error if the key is in a token with which this process, as this user, cannot sign
 * for `cert`, or cannot decrypt although it is to. */
void signer_prove(const struct signer *signer, struct gnutls_x509_crt_int *cert,
    struct findings *findings);

#endif
