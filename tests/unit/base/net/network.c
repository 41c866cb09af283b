/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/net/network.h"

#include <string.h>

#include "base/net/address.h"
#include "lib/suite.h"

static struct address
address(const char *text)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	ck_assert_int_ge(address_parse_listen(text, addresses, wrong), 1);
	return addresses[0];
}

static bool
has(const char *network, const char *peer)
{
	struct network parsed;
	struct address there = address(peer);
	const char *wrong = network_parse(network, &parsed);

	ck_assert_msg(wrong == NULL, "%s %s", network, wrong);
	return network_has(&parsed, &there);
}

START_TEST(network_contains_addresses_with_its_prefix)
{
	ck_assert(has("192.0.2.0/24", "192.0.2.255:1"));
	ck_assert(!has("192.0.2.0/24", "192.0.3.0:1"));
	ck_assert(has("192.0.2.128/25", "192.0.2.128:1"));
	ck_assert(!has("192.0.2.128/25", "192.0.2.127:1"));
	ck_assert(has("2001:db8::/33", "[2001:db8:7fff::1]:1"));
	ck_assert(!has("2001:db8::/33", "[2001:db8:8000::1]:1"));
}
END_TEST

START_TEST(a_single_address_is_a_network)
{
	ck_assert(has("192.0.2.7", "192.0.2.7:1"));
	ck_assert(!has("192.0.2.7", "192.0.2.6:1"));
	ck_assert(has("::1", "[::1]:1"));
}
END_TEST

START_TEST(families_do_not_mix)
{
	ck_assert(has("0.0.0.0/0", "192.0.2.7:1"));
	ck_assert(!has("0.0.0.0/0", "[::1]:1"));
	ck_assert(has("::/0", "[2001:db8::1]:1"));
	ck_assert(!has("::/0", "/run/x"));
	ck_assert(has("unix", "/run/x"));
	ck_assert(!has("unix", "127.0.0.1:1"));
}
END_TEST

START_TEST(invalid_network_gets_an_error_message)
{
	static const char *const bad[] = { "", "192.0.2.0/33", "192.0.2.0/-1",
		"192.0.2.0/", "192.0.2.1/24", "::/129", "192.0.2", "localhost", "::g" };
	struct network network;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_ptr_nonnull(network_parse(bad[i], &network));
}
END_TEST

static bool
are_one_client(const char *first, const char *second)
{
	unsigned char a[NETWORK_CLIENT_SIZE], b[NETWORK_CLIENT_SIZE];
	struct address from = address(first), other = address(second);

	network_client(&from, a);
	network_client(&other, b);
	return memcmp(a, b, sizeof a) == 0;
}

START_TEST(a_client_is_an_address_or_an_ipv6_64)
{
	ck_assert(are_one_client("192.0.2.7:1", "192.0.2.7:2"));
	ck_assert(!are_one_client("192.0.2.7:1", "192.0.2.8:1"));
	ck_assert(are_one_client("[2001:db8::1]:1", "[2001:db8::ffff:0:0:1]:1"));
	ck_assert(!are_one_client("[2001:db8::1]:1", "[2001:db8:0:1::1]:1"));
	ck_assert(are_one_client("/run/x", "/run/y"));
	ck_assert(!are_one_client("/run/x", "0.0.0.0:1"));
}
END_TEST

SUITE("network", network_contains_addresses_with_its_prefix,
    a_single_address_is_a_network, families_do_not_mix,
    invalid_network_gets_an_error_message, a_client_is_an_address_or_an_ipv6_64)
