/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_X25519_H
#define TLSD_TLS_ACCEL_X25519_H

/*
 * Computes X25519 (RFC 7748, 5) instead of nettle. It costs more than anything else in a
 * handshake, and GnuTLS has no interface to replace it. So these functions have nettle's names:
 * in a program that links their file, the dynamic linker finds them first. Other programs, and
 * a GnuTLS that contains nettle, still use nettle's; both compute the same.
 *
 * lib25519 takes 0.4 of nettle's time for a public key and 0.4 for a secret. A build without it
 * has only the secret, by OpenSSL's libcrypto, which takes two thirds of nettle's time. For a
 * public key, libcrypto is slower than nettle.
 */

#include <stdint.h>

enum { X25519_SIZE = 32 };

/*
 * Computes the secret shared with the owner of the public key `point`. It is all zero if the
 * point has a small order, which GnuTLS refuses (RFC 8446, 7.4.2). If libcrypto fails, for
 * example without memory, it calls nettle's function. Thread-safe.
 */
void nettle_curve25519_mul(
    uint8_t *secret, const uint8_t *private, const uint8_t *point);

/* Computes the public key of `private`. Only in a build with lib25519. Thread-safe. */
void nettle_curve25519_mul_g(uint8_t *point, const uint8_t *private);

#endif
