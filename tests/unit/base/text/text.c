/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

START_TEST(numbers_keep_to_their_range)
{
	int64_t n = 7;

	ck_assert_int_eq(text_parse_number("4096", 1, 4096, &n), 0);
	ck_assert_int_eq(n, 4096);
	ck_assert_int_eq(text_parse_number("-3", -5, 5, &n), 0);
	ck_assert_int_eq(n, -3);
	ck_assert_int_eq(text_parse_number("4097", 1, 4096, &n), -1);
	ck_assert_int_eq(text_parse_number("0", 1, 4096, &n), -1);
	ck_assert_int_eq(n, -3);
}
END_TEST

START_TEST(invalid_number_is_refused)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-", "1.5", "0x10",
		"ten", "99999999999999999999" };
	int64_t n;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(
		    text_parse_number(bad[i], INT64_MIN, INT64_MAX, &n), -1);
}
END_TEST

START_TEST(durations_have_units)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "500ms", 500 }, { "30s", 30000 }, { "5m", 300000 },
		{ "2h", 7200000 }, { "7d", 604800000 }, { "0", 0 }, { "15", 15000 } };
	int64_t ms;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_int_eq(text_parse_duration(good[i].text, &ms), 0);
		ck_assert_int_eq(ms, good[i].ms);
	}
	ck_assert_int_eq(text_parse_duration("5 m", &ms), -1);
	ck_assert_int_eq(text_parse_duration("5y", &ms), -1);
	ck_assert_int_eq(text_parse_duration("-5s", &ms), -1);
	ck_assert_int_eq(text_parse_duration("9223372036854775807d", &ms), -1);
}
END_TEST

START_TEST(sizes_are_powers_of_1024)
{
	int64_t bytes;

	ck_assert_int_eq(text_parse_size("64k", &bytes), 0);
	ck_assert_int_eq(bytes, 65536);
	ck_assert_int_eq(text_parse_size("1M", &bytes), 0);
	ck_assert_int_eq(bytes, 1048576);
	ck_assert_int_eq(text_parse_size("4096", &bytes), 0);
	ck_assert_int_eq(bytes, 4096);
	ck_assert_int_eq(text_parse_size("64kb", &bytes), -1);
}
END_TEST

START_TEST(booleans_have_several_words)
{
	bool value = false;

	ck_assert_int_eq(text_parse_bool("Yes", &value), 0);
	ck_assert(value);
	ck_assert_int_eq(text_parse_bool("off", &value), 0);
	ck_assert(!value);
	ck_assert_int_eq(text_parse_bool("maybe", &value), -1);
	ck_assert_int_eq(text_parse_bool("", &value), -1);
}
END_TEST

START_TEST(escapes_become_bytes)
{
	size_t size;
	const char *wrong = NULL;
	char *bytes = text_unescape("a\\n\\r\\t\\\\\\x00\\xfFz", &size, &wrong);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(size, 8);
	ck_assert_mem_eq(bytes, "a\n\r\t\\\0\xffz", 8);
	free(bytes);
}
END_TEST

START_TEST(a_wrong_escape_is_pointed_at)
{
	static const char *const bad[] = { "ab\\q", "ab\\", "ab\\x1", "ab\\xg0" };
	size_t size;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *wrong = NULL;
		ck_assert_ptr_null(text_unescape(bad[i], &size, &wrong));
		ck_assert_ptr_eq(wrong, bad[i] + 2);
	}
}
END_TEST

START_TEST(bytes_for_a_log_are_harmless)
{
	char out[64];

	ck_assert_str_eq(text_escape(out, sizeof out, "a\nb\x1b[0m\\\xff", 9),
	    "a\\x0ab\\x1b[0m\\x5c\\xff");
	ck_assert_str_eq(text_escape(out, 8, "abcdefgh", 8), "abcd...");
	ck_assert_str_eq(text_escape(out, 8, "abcd", 4), "abcd");
	ck_assert_str_eq(text_escape(out, 8, "", 0), "");
}
END_TEST

static void
expect_name(const char *bytes, const char *shown)
{
	char out[64];

	ck_assert_str_eq(
	    text_escape_name(out, sizeof out, bytes, strlen(bytes)), shown);
}

START_TEST(names_for_a_log_keep_their_letters)
{
	char out[12];

	expect_name("J\xc3\xbcrgen \xe6\xa0\xaa \xf0\x9f\x98\x80",
	    "J\xc3\xbcrgen \xe6\xa0\xaa \xf0\x9f\x98\x80");
	expect_name("a\n\x7f\\", "a\\x0a\\x7f\\x5c");
	expect_name(
	    "\xc2\x9b\xc2\xa0", "\\xc2\\x9b\\xc2\\xa0"); /* CSI, no-break space */
	expect_name("\xe2\x80\xae", "\\xe2\\x80\\xae"); /* right-to-left override */
	expect_name("\xe2\x80\xa8", "\\xe2\\x80\\xa8"); /* line separator */
	expect_name("\xfc\xc0\xaf\xed\xa0\x80", "\\xfc\\xc0\\xaf\\xed\\xa0\\x80");
	expect_name("\xc3", "\\xc3");
	ck_assert_str_eq(text_escape_name(out, 8, "abc\xc3\xbc\xc3\xbc", 7), "abc...");
	ck_assert_str_eq(
	    text_escape_name(out, 9, "abc\xc3\xbc\xc3\xbc", 7), "abc\xc3\xbc...");
}
END_TEST

START_TEST(a_distinguished_name_stays_the_name_it_is)
{
	char out[64];
	static const char name[] = "CN=eve\\,OU=admin\\\\,O=\xc3\xa9\n\\#";

	ck_assert_str_eq(text_escape_dn(out, sizeof out, name, sizeof name - 1),
	    "CN=eve\\,OU=admin\\\\,O=\xc3\xa9\\0A\\#");
	ck_assert_str_eq(text_escape_dn(out, sizeof out, "a\\\n", 3), "a\\5C\\0A");
	ck_assert_str_eq(text_escape_dn(out, 8, "abc\\,d", 6), "abc...");
	ck_assert_str_eq(text_escape_dn(out, 8, "ab\\,d", 5), "ab\\,...");
	ck_assert_str_eq(text_escape_dn(out, 8, "", 0), "");
}
END_TEST

START_TEST(a_distinguished_name_gets_its_bytes_back)
{
	static const char name[] = "CN=eve\\,OU=\\\\C3\\\\,O=\xc3\xa9\n\\#";
	char out[64];
	size_t size;
	char *bytes = text_unescape_dn(
	    text_escape_dn(out, sizeof out, name, sizeof name - 1), &size);

	ck_assert_uint_eq(size, sizeof name - 1);
	ck_assert_mem_eq(bytes, name, size);
	free(bytes);
	bytes = text_unescape_dn("a\\5C\\", &size);
	ck_assert_uint_eq(size, 5);
	ck_assert_mem_eq(bytes, "a\\5C\\", size);
	free(bytes);
}
END_TEST

START_TEST(noun_after_one_is_singular)
{
	ck_assert_str_eq(text_plural(0), "s");
	ck_assert_str_eq(text_plural(1), "");
	ck_assert_str_eq(text_plural(2), "s");
}
END_TEST

SUITE("text", numbers_keep_to_their_range, invalid_number_is_refused,
    durations_have_units, sizes_are_powers_of_1024, booleans_have_several_words,
    escapes_become_bytes, a_wrong_escape_is_pointed_at, bytes_for_a_log_are_harmless,
    names_for_a_log_keep_their_letters, a_distinguished_name_stays_the_name_it_is,
    a_distinguished_name_gets_its_bytes_back, noun_after_one_is_singular)
