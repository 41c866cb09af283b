/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/keyadvice.h"

#include <stdint.h>
#include <string.h>

#include "lib/suite.h"

static void
expect_advice(const char *name, const char *words)
{
	const char *advice = keyadvice_of_others(name);

	ck_assert_msg(advice != NULL, "no advice for %s", name);
	ck_assert_msg(strstr(advice, words) != NULL, "%s: %s", name, advice);
}

START_TEST(keys_of_other_servers_are_known)
{
	expect_advice("CAfile", "ca-file = ");
	expect_advice("verifyPeer", "client-verify = required");
	expect_advice("sni", "server-name = ");
	expect_advice("TIMEOUTidle", "idle-timeout = ");
	expect_advice("frontend", "listen = ");
	expect_advice("pem-file", "cert = ");
	expect_advice("ssl_certificate_key", "key = ");
	expect_advice("proxy_pass", "connect = ");
	expect_advice("pid", "pid-file = ");
	expect_advice("socket", "leave it out");
	expect_advice("keepalive", "leave it out");
}
END_TEST

START_TEST(other_words_have_no_advice)
{
	static const char *const words[] = { "", "-", "workers", "listen", "timeout",
		"capat", "capathh",
		"a name that has more letters than any key may have" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		ck_assert_ptr_null(keyadvice_of_others(words[i]));
}
END_TEST

START_TEST(case_hyphens_and_underscores_make_no_difference)
{
	ck_assert_uint_eq(keyadvice_distance("Max_Clients", "max-clients"), 0);
	ck_assert_uint_eq(keyadvice_distance("maxclients", "max-clients"), 0);
}
END_TEST

START_TEST(likeness_is_counted_in_letters)
{
	ck_assert_uint_eq(keyadvice_distance("wrokers", "workers"), 2);
	ck_assert_uint_eq(keyadvice_distance("lisen", "listen"), 1);
	ck_assert_uint_eq(keyadvice_distance("txet", "text"), SIZE_MAX);
}
END_TEST

START_TEST(words_that_differ_in_a_third_of_their_letters_are_not_alike)
{
	ck_assert_uint_eq(keyadvice_distance("pid", "file"), SIZE_MAX);
	ck_assert_uint_eq(keyadvice_distance("sni", "user"), SIZE_MAX);
	ck_assert_uint_eq(keyadvice_distance("", "key"), SIZE_MAX);
	ck_assert_uint_eq(
	    keyadvice_distance(
		"a-name-that-has-more-letters-than-any-key-may-have-", "workers"),
	    SIZE_MAX);
}
END_TEST

SUITE("keyadvice", keys_of_other_servers_are_known, other_words_have_no_advice,
    case_hyphens_and_underscores_make_no_difference, likeness_is_counted_in_letters,
    words_that_differ_in_a_third_of_their_letters_are_not_alike)
