/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_CHACHAPOLY_H
#define TLSD_TLS_ACCEL_CHACHAPOLY_H

/*
 * Computes ChaCha20-Poly1305 (RFC 8439) with OpenSSL's libcrypto, which has code for each
 * processor and takes a fraction of nettle's time. GnuTLS has no interface to replace a cipher:
 * since 3.7.0, gnutls_crypto_register_aead_cipher() does nothing. So these functions have
 * nettle's names, like the one of tls/accel/x25519.h: in a program that links this file, the
 * dynamic linker finds them first. Other programs, and a GnuTLS that contains nettle, still use
 * nettle's; both compute the same.
 *
 * A `context` is memory of the size that nettle has for it. The caller wipes it and never tells
 * us that it frees it, so it owns nothing between two messages. A thread keeps the contexts of
 * libcrypto for its next message, without a key.
 *
 * For a message, call set_nonce, update with the associated data, encrypt or decrypt with the
 * text, as often as necessary, and digest. If libcrypto fails, for example without memory,
 * nettle's functions continue with the context. Any number of threads, each with its own
 * contexts.
 */

#include <stddef.h>
#include <stdint.h>

enum { CHACHAPOLY_KEY_SIZE = 32, CHACHAPOLY_NONCE_SIZE = 12, CHACHAPOLY_TAG_SIZE = 16 };

void nettle_chacha_poly1305_set_key(void *context, const uint8_t *key);
void nettle_chacha_poly1305_set_nonce(void *context, const uint8_t *nonce);
void nettle_chacha_poly1305_update(void *context, size_t size, const uint8_t *data);

/* `out` may be `in`, but must not overlap it otherwise. */
void nettle_chacha_poly1305_encrypt(
    void *context, size_t size, uint8_t *out, const uint8_t *in);
void nettle_chacha_poly1305_decrypt(
    void *context, size_t size, uint8_t *out, const uint8_t *in);

/* Writes the first `size` bytes of the tag and ends the message. */
void nettle_chacha_poly1305_digest(void *context, size_t size, uint8_t *digest);

#endif
