/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hello/groupchoice.h"

#include "lib/suite.h"
#include "tls/hello/clienthello.h"
#include "tls/policy/groupset.h"

enum { HYBRID = 0x11ec, SECOND_HYBRID = 0x11eb, X25519 = 0x001d, P256 = 0x0017 };
enum { TLS12 = 1 << 3, TLS13 = 1 << 4 };

static const struct groupset server = {
	.items = { { HYBRID, NULL }, { SECOND_HYBRID, NULL }, { X25519, NULL },
	    { P256, NULL } },
	.count = 4,
};

/* The groups and the shares of a client, as bytes of its hello. */
#define X25519_CODE "\x00\x1d"
#define P256_CODE "\x00\x17"
#define P521_CODE "\x00\x19"
#define HYBRID_CODE "\x11\xec"
#define SECOND_CODE "\x11\xeb"
#define SHARE(code) code "\x00\x03xyz"

static unsigned
choose(unsigned versions, const char *groups, size_t groups_size, const char *shares,
    size_t shares_size)
{
	const struct clienthello hello = { .versions = versions,
		.groups = (const unsigned char *)groups,
		.groups_size = groups_size,
		.shares = (const unsigned char *)shares,
		.shares_size = shares_size };
	const struct groupset_item *item = groupchoice(&server, &hello);

	return item != NULL ? item->code : 0;
}

#define CHOOSE(versions, groups, shares) \
	choose(versions, groups, sizeof(groups) - 1, shares, sizeof(shares) - 1)

START_TEST(the_hybrid_group_wins_over_the_other_share)
{
	ck_assert_uint_eq(CHOOSE(TLS13, HYBRID_CODE X25519_CODE,
			      SHARE(HYBRID_CODE) SHARE(X25519_CODE)),
	    HYBRID);
	ck_assert_uint_eq(CHOOSE(TLS12 | TLS13, X25519_CODE HYBRID_CODE,
			      SHARE(X25519_CODE) SHARE(HYBRID_CODE)),
	    HYBRID);
	ck_assert_uint_eq(CHOOSE(TLS13, HYBRID_CODE, SHARE(HYBRID_CODE)), HYBRID);
}
END_TEST

START_TEST(a_share_saves_the_round_trip_that_a_hybrid_group_without_one_costs)
{
	ck_assert_uint_eq(
	    CHOOSE(TLS13, HYBRID_CODE X25519_CODE, SHARE(X25519_CODE)), X25519);
	ck_assert_uint_eq(
	    CHOOSE(TLS13, HYBRID_CODE P256_CODE X25519_CODE, SHARE(P256_CODE)), P256);
	ck_assert_uint_eq(
	    CHOOSE(TLS13, HYBRID_CODE SECOND_CODE, SHARE(SECOND_CODE)), SECOND_HYBRID);
}
END_TEST

START_TEST(without_a_common_share_the_first_group_in_common_is_asked_for)
{
	ck_assert_uint_eq(CHOOSE(TLS13, X25519_CODE HYBRID_CODE, ""), HYBRID);
	ck_assert_uint_eq(
	    CHOOSE(TLS13, P521_CODE HYBRID_CODE, SHARE(P521_CODE)), HYBRID);
	ck_assert_uint_eq(CHOOSE(TLS13, P256_CODE X25519_CODE, ""), X25519);
	ck_assert_uint_eq(CHOOSE(TLS13, P521_CODE, SHARE(P521_CODE)), 0);
}
END_TEST

START_TEST(a_share_of_a_group_that_is_not_listed_does_not_count)
{
	ck_assert_uint_eq(
	    CHOOSE(TLS13, X25519_CODE, SHARE(HYBRID_CODE) SHARE(X25519_CODE)), X25519);
	ck_assert_uint_eq(CHOOSE(TLS13, "", SHARE(HYBRID_CODE)), 0);
}
END_TEST

START_TEST(a_client_of_tls_1_2_has_no_choice)
{
	ck_assert_uint_eq(CHOOSE(TLS12, HYBRID_CODE, SHARE(HYBRID_CODE)), 0);
	ck_assert_uint_eq(CHOOSE(0, HYBRID_CODE, SHARE(HYBRID_CODE)), 0);
}
END_TEST

SUITE("groupchoice", the_hybrid_group_wins_over_the_other_share,
    a_share_saves_the_round_trip_that_a_hybrid_group_without_one_costs,
    without_a_common_share_the_first_group_in_common_is_asked_for,
    a_share_of_a_group_that_is_not_listed_does_not_count,
    a_client_of_tls_1_2_has_no_choice)
