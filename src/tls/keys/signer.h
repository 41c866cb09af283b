/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_SIGNER_H
#define TLSD_TLS_KEYS_SIGNER_H

/*
 * The private key that signs handshakes: from a file, or inside a PKCS#11 token. Immutable once
 * loaded, so any thread may read it. Only for files that may use GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;
struct gnutls_privkey_st;
struct gnutls_x509_crt_int;
struct signer;

/*
 * Loads the key from the `size` bytes `data`, which came from the file `place`. If `data` is
 * NULL, it loads the key in the token that the URL `place` names. `pin_file`, which may be
 * NULL, opens either. Returns what signer_free() frees, or NULL after an error.
 */
struct signer *signer_load(const char *place, const char *data, size_t size,
    const char *pin_file, struct findings *findings);
void signer_free(struct signer *signer);

/*
 * Lets an RSA key also decrypt, for static RSA key exchange. GnuTLS then keeps the key, because
 * it decrypts in constant time (RFC 5246, 7.4.7.1). Call it before the signer is shared.
 */
void signer_enable_decryption(struct signer *signer);

bool signer_is_in_token(const struct signer *signer);

/* True if it is the private half of the public key in `cert`. */
bool signer_matches(const struct signer *signer, struct gnutls_x509_crt_int *cert);

/*
 * Returns a handle on the key, which the caller frees with gnutls_privkey_deinit() or gives
 * away. A handle on a key in a token needs the signer as long as it lives. Returns NULL with
 * the library's code in `*code`.
 */
struct gnutls_privkey_st *signer_key(const struct signer *signer, int *code);

/* Adds an error if the key is in a token with which this process, as its current user, cannot
 * sign for `cert`. The same applies if it cannot decrypt although it must. */
void signer_prove(const struct signer *signer, struct gnutls_x509_crt_int *cert,
    struct findings *findings);

#endif
