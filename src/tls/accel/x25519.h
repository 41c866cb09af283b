/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_X25519_H
#define TLSD_TLS_ACCEL_X25519_H

/*
 * Computes the shared secret of X25519 (RFC 7748, 5) with OpenSSL's libcrypto, which takes two
 * thirds of nettle's time. It costs more than anything else in a handshake, and GnuTLS has no
 * interface to replace it. So this function has nettle's name: in a program that links this
 * file, the dynamic linker finds it first. Other programs, and a GnuTLS that contains nettle,
 * still use nettle's; both compute the same.
 *
 * The other half of the key exchange, computing our own public key, stays with nettle, which is
 * faster there.
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

#endif
