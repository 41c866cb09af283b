/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X25519 by lib25519, which needs no memory and cannot fail. */
#include "config.h"

#include "tls/accel/x25519.h"

#ifdef HAVE_LIB25519

#include <lib25519.h>

void
nettle_curve25519_mul(uint8_t *secret, const uint8_t *private, const uint8_t *point)
{
	lib25519_nP_montgomery25519(secret, private, point);
}

void
nettle_curve25519_mul_g(uint8_t *point, const uint8_t *private)
{
	lib25519_nG_montgomery25519(point, private);
}

#endif
