/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/servername.h"

#include "suite.h"

START_TEST(equal_names_match_whatever_their_case)
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

START_TEST(a_star_elsewhere_is_nothing)
{
	ck_assert(!servername_matches("*", "localhost"));
	ck_assert(!servername_matches("*.org", "example.org"));
	ck_assert(!servername_matches("w*.example.org", "www.example.org"));
	ck_assert(!servername_matches("www.*.org", "www.example.org"));
	ck_assert(!servername_matches("", "example.org"));
	ck_assert(!servername_matches("*.example.org", ""));
}
END_TEST

int
main(void)
{
	return SUITE_RUN("servername", equal_names_match_whatever_their_case,
	    a_star_is_one_whole_label, a_star_elsewhere_is_nothing);
}
