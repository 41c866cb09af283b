/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/accel/x25519.h"

#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "lib/suite.h"

typedef void function(uint8_t *, const uint8_t *, const uint8_t *);

static void
from_hex(const char *text, uint8_t *bytes)
{
	for (size_t i = 0; i < X25519_SIZE; i++)
		ck_assert_int_eq(sscanf(text + 2 * i, "%2hhx", &bytes[i]), 1);
}

/* RFC 7748, 5.2 and 6.1 */
static const struct {
	const char *private, *point, *secret;
} examples[] = {
	{ "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
	{ "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
};

START_TEST(secrets_are_those_of_the_rfc)
{
	uint8_t private[X25519_SIZE], point[X25519_SIZE], expected[X25519_SIZE],
	    secret[X25519_SIZE];

	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		from_hex(examples[i].private, private);
		from_hex(examples[i].point, point);
		nettle_curve25519_mul(secret, private, point);
		from_hex(examples[i].secret, expected);
		ck_assert_mem_eq(secret, expected, X25519_SIZE);
	}
}
END_TEST

/* Computes secrets as two sides of a handshake do, a thousand in a row: RFC 7748, 5.2. */
START_TEST(a_chain_of_a_thousand_secrets_ends_as_in_the_rfc)
{
	uint8_t private[X25519_SIZE] = { 9 }, point[X25519_SIZE] = { 9 },
		secret[X25519_SIZE], expected[X25519_SIZE];

	for (int i = 0; i < 1000; i++) {
		nettle_curve25519_mul(secret, private, point);
		memcpy(point, private, X25519_SIZE);
		memcpy(private, secret, X25519_SIZE);
	}
	from_hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
	    expected);
	ck_assert_mem_eq(private, expected, X25519_SIZE);
}
END_TEST

START_TEST(a_point_of_small_order_makes_a_secret_of_zeros)
{
	uint8_t private[X25519_SIZE] = { 9 }, point[X25519_SIZE] = { 0 },
		secret[X25519_SIZE];
	const uint8_t zeros[X25519_SIZE] = { 0 };

	for (uint8_t i = 0; i < 2; i++) {
		point[0] = i;
		memset(secret, 1, sizeof secret);
		nettle_curve25519_mul(secret, private, point);
		ck_assert_mem_eq(secret, zeros, X25519_SIZE);
	}
}
END_TEST

static function *
find(void *where)
{
	void *found = dlsym(where, "nettle_curve25519_mul");
	function *mul;

	memcpy(&mul, &found, sizeof found);
	return mul;
}

START_TEST(own_x25519_matches_nettle)
{
	uint8_t bytes[2 * X25519_SIZE], own[X25519_SIZE], other[X25519_SIZE];
	function *nettle = find(RTLD_NEXT);

	ck_assert(nettle != NULL && nettle != nettle_curve25519_mul);
	for (int i = 0; i < 500; i++) {
		gnutls_rnd(GNUTLS_RND_NONCE, bytes, sizeof bytes);
		nettle_curve25519_mul(own, bytes, bytes + X25519_SIZE);
		nettle(other, bytes, bytes + X25519_SIZE);
		ck_assert_mem_eq(own, other, X25519_SIZE);
	}
}
END_TEST

/* That is where the dynamic linker searches for GnuTLS, too. */
START_TEST(own_x25519_takes_precedence_over_nettle)
{
	ck_assert(find(RTLD_DEFAULT) == nettle_curve25519_mul);
}
END_TEST

SUITE("x25519", secrets_are_those_of_the_rfc,
    a_chain_of_a_thousand_secrets_ends_as_in_the_rfc,
    a_point_of_small_order_makes_a_secret_of_zeros, own_x25519_matches_nettle,
    own_x25519_takes_precedence_over_nettle)
