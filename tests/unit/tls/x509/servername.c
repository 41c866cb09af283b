/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/x509/servername.h"

#include <string.h>

#include "lib/suite.h"

START_TEST(host_name_match_ignores_case)
{
	ck_assert(servername_matches("example.org", "example.org"));
	ck_assert(servername_matches("Example.ORG", "eXAMPLE.org"));
	ck_assert(servername_matches("localhost", "localhost"));
	ck_assert(!servername_matches("example.org", "example.com"));
	ck_assert(!servername_matches("example.org", "www.example.org"));
	ck_assert(!servername_matches("www.example.org", "example.org"));
}
END_TEST

START_TEST(a_star_is_one_whole_label)
{
	ck_assert(servername_matches("*.example.org", "www.example.org"));
	ck_assert(servername_matches("*.example.org", "WWW.Example.Org"));
	ck_assert(!servername_matches("*.example.org", "example.org"));
	ck_assert(!servername_matches("*.example.org", ".example.org"));
	ck_assert(!servername_matches("*.example.org", "a.b.example.org"));
	ck_assert(!servername_matches("*.example.org", "www.example.com"));
}
END_TEST

START_TEST(wildcard_elsewhere_in_a_name_matches_nothing)
{
	ck_assert(!servername_matches("*", "localhost"));
	ck_assert(!servername_matches("*.org", "example.org"));
	ck_assert(!servername_matches("w*.example.org", "www.example.org"));
	ck_assert(!servername_matches("www.*.org", "www.example.org"));
	ck_assert(!servername_matches("", "example.org"));
	ck_assert(!servername_matches("*.example.org", ""));
}
END_TEST

static size_t
host_size(const char *name)
{
	return servername_host_size(name, strlen(name));
}

START_TEST(hosts_are_labels_with_dots_between_them)
{
	ck_assert_uint_eq(host_size("localhost"), 9);
	ck_assert_uint_eq(host_size("a_b.Example-1.org"), 17);
	ck_assert_uint_eq(host_size("example.org."), 11);
	ck_assert_uint_eq(servername_host_size("example.org", 7), 7);
	ck_assert_uint_eq(host_size(""), 0);
	ck_assert_uint_eq(host_size("."), 0);
	ck_assert_uint_eq(host_size(".a"), 0);
	ck_assert_uint_eq(host_size("a.."), 0);
	ck_assert_uint_eq(host_size("a..b"), 0);
	ck_assert_uint_eq(host_size("a b"), 0);
	ck_assert_uint_eq(host_size("a:443"), 0);
	ck_assert_uint_eq(host_size("*.a"), 0);
	ck_assert_uint_eq(servername_host_size("a\0b", 3), 0);
}
END_TEST

START_TEST(host_name_length_is_limited)
{
	char name[258];

	memset(name, 'a', sizeof name);
	ck_assert_uint_eq(servername_host_size(name, 63), 63);
	ck_assert_uint_eq(servername_host_size(name, 64), 0);
	for (size_t i = 1; i < sizeof name; i += 2)
		name[i] = '.';
	ck_assert_uint_eq(servername_host_size(name, 255), 255);
	ck_assert_uint_eq(servername_host_size(name, 256), 255);
	ck_assert_uint_eq(servername_host_size(name, 257), 0);
}
END_TEST

SUITE("servername", host_name_match_ignores_case, a_star_is_one_whole_label,
    wildcard_elsewhere_in_a_name_matches_nothing,
    hosts_are_labels_with_dots_between_them, host_name_length_is_limited)
