/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X25519_H
#define TLSD_TLS_X25519_H

/*
 * The shared secret of X25519 (RFC 7748, 5) by OpenSSL's libcrypto, which needs two thirds of
 * the time that nettle takes for it. It is what costs most in each handshake, and GnuTLS
 * offers no way to bring another one: so this has nettle's name, and a program that links
 * this file is where the dynamic linker finds it first. One that does not, or a GnuTLS that
 * holds nettle within itself, goes on with nettle's; both compute the same.
 *
 * The other half of the key exchange, the own public key, stays with nettle: it is the faster
 * one there.
 */

#include <stdint.h>

enum { X25519_SIZE = 32 };

/*
 * The secret shared with who has the public key `point`: all zero if that is of small order,
 * which GnuTLS refuses (RFC 8446, 7.4.2). Where libcrypto fails, as without memory, nettle's
 * is called. Any thread may call it.
 */
void nettle_curve25519_mul(
    uint8_t *secret, const uint8_t *private, const uint8_t *point);

#endif
