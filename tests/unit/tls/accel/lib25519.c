/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/accel/x25519.h"

#include <dlfcn.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "lib/suite.h"

typedef void function(uint8_t *, const uint8_t *);

static function *
find(void *where)
{
	void *found = dlsym(where, "nettle_curve25519_mul_g");
	function *mul_g;

	memcpy(&mul_g, &found, sizeof found);
	return mul_g;
}

/* RFC 7748, 6.1 */
START_TEST(public_key_of_lib25519_is_that_of_the_rfc)
{
	static const uint8_t private[X25519_SIZE] = { 0x77, 0x07, 0x6d, 0x0a, 0x73,
		0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf,
		0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d,
		0xb9, 0x2c, 0x2a };
	static const uint8_t expected[X25519_SIZE] = { 0x85, 0x20, 0xf0, 0x09, 0x89,
		0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d,
		0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa,
		0x9b, 0x4e, 0x6a };
	uint8_t point[X25519_SIZE];

	nettle_curve25519_mul_g(point, private);
	ck_assert_mem_eq(point, expected, X25519_SIZE);
}
END_TEST

START_TEST(public_keys_of_lib25519_match_nettle)
{
	uint8_t private[X25519_SIZE], own[X25519_SIZE], other[X25519_SIZE];
	function *nettle = find(RTLD_NEXT);

	ck_assert(nettle != NULL && nettle != nettle_curve25519_mul_g);
	for (int i = 0; i < 500; i++) {
		gnutls_rnd(GNUTLS_RND_NONCE, private, sizeof private);
		nettle_curve25519_mul_g(own, private);
		nettle(other, private);
		ck_assert_mem_eq(own, other, X25519_SIZE);
	}
}
END_TEST

/* That is where the dynamic linker searches for GnuTLS, too. */
START_TEST(lib25519_takes_precedence_over_nettle)
{
	ck_assert(find(RTLD_DEFAULT) == nettle_curve25519_mul_g);
}
END_TEST

SUITE("lib25519", public_key_of_lib25519_is_that_of_the_rfc,
    public_keys_of_lib25519_match_nettle, lib25519_takes_precedence_over_nettle)
