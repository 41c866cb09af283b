/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/secrets/pskfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"

#define KEY "00112233445566778899aAbBcCdDeEfF"

static struct findings findings;

/* Loads a private file with `text`. Returns NULL after an error. */
static struct pskfile *
load(const char *text)
{
	const char *path = suite_file("keys", text);

	findings_fini(&findings);
	ck_assert_int_eq(chmod(path, 0600), 0);
	return pskfile_new(path, &findings);
}

static struct pskfile *
load_well(const char *text)
{
	struct pskfile *file = load(text);

	ck_assert_msg(file != NULL, "%s", findings.items[0].text);
	return file;
}

/* Expects one error that ends with `words`, after the file and the line, and has no key. */
static void
expect_wrong(const char *text, int line, const char *words)
{
	char *whole = memory_format("/keys:%d: %s", line, words);

	ck_assert_ptr_null(load(text));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_msg(strstr(findings.items[0].text, whole) != NULL, "%s",
	    findings.items[0].text);
	ck_assert_ptr_null(strstr(findings.items[0].text, "0011"));
	free(whole);
}

static const struct psk *
find(const struct pskfile *file, const char *identity)
{
	return pskfile_find(file, identity, strlen(identity));
}

START_TEST(a_line_gives_an_identity_its_key)
{
	static const unsigned char key[] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
		0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	struct pskfile *file = load_well("sensor:" KEY "\nother:" KEY KEY "\n");
	const struct psk *psk = find(file, "sensor");

	ck_assert_uint_eq(pskfile_count(file), 2);
	ck_assert_ptr_nonnull(psk);
	ck_assert_uint_eq(psk->key_size, sizeof key);
	ck_assert_mem_eq(psk->key, key, sizeof key);
	ck_assert_uint_eq(find(file, "other")->key_size, 2 * sizeof key);
	ck_assert_ptr_null(find(file, "senso"));
	ck_assert_ptr_null(find(file, "sensor2"));
	ck_assert_ptr_null(find(file, ""));
	pskfile_free(file);
}
END_TEST

START_TEST(comments_empty_lines_and_crlf_are_passed_over)
{
	struct pskfile *file =
	    load_well("\xef\xbb\xbf# no:" KEY "\r\n\r\n  \n  # no\na b:" KEY
		      "\r\nb: " KEY " \t\n\xc3\xa9:" KEY);

	ck_assert_uint_eq(pskfile_count(file), 3);
	ck_assert_uint_eq(find(file, "a b")->key_size, 16);
	ck_assert_uint_eq(find(file, "b")->key_size, 16);
	ck_assert_uint_eq(find(file, "\xc3\xa9")->line, 7);
	pskfile_free(file);
}
END_TEST

START_TEST(each_of_many_identities_is_found_and_no_other_one)
{
	enum { MANY = 100000 };
	char *text = memory_new((size_t)MANY * 64), *end = text;

	for (int i = 0; i < MANY; i++)
		end += sprintf(end, "sensor %d:%032x\n", (i * 7919) % MANY, i + 1);
	struct pskfile *file = load_well(text);
	int found = 0, others = 0;
	for (int i = 0; i < 2 * MANY; i++) {
		char name[32];
		snprintf(name, sizeof name, "sensor %d", i);
		const struct psk *psk = find(file, name);
		if (psk != NULL && psk->identity_size == strlen(name) &&
		    memcmp(psk->identity, name, strlen(name)) == 0)
			*(i < MANY ? &found : &others) += 1;
	}
	ck_assert_int_eq(found, MANY);
	ck_assert_int_eq(others, 0);
	pskfile_free(file);
	sprintf(end, "one more:" KEY "\n");
	expect_wrong(text, MANY + 1, "there are more than 100000 identities: ");
	free(text);
}
END_TEST

START_TEST(identities_have_1_to_128_printable_bytes_without_a_colon)
{
	char *longest = memory_format("%0*d:" KEY "\n", PSKFILE_IDENTITY_MAX, 7);
	char *longer = memory_format("%0*d:" KEY "\n", PSKFILE_IDENTITY_MAX + 1, 7);

	pskfile_free(load_well(longest));
	expect_wrong(longer, 1, "the identity has more than 128 bytes: shorten it");
	expect_wrong(":" KEY, 1, "the identity is empty: write a name");
	expect_wrong("\n a:" KEY, 2, "the identity begins or ends with a blank: ");
	expect_wrong("a :" KEY, 1, "the identity begins or ends with a blank: ");
	expect_wrong("a\tb:" KEY, 1, "the identity is not printable UTF-8: ");
	expect_wrong("a\xff:" KEY, 1, "the identity is not printable UTF-8: ");
	expect_wrong("a:b:" KEY, 1, "the key is not hexadecimal: make one with ");
	free(longest);
	free(longer);
}
END_TEST

START_TEST(keys_have_16_to_256_bytes_in_hexadecimal)
{
	char *longest = memory_format("a:%0*d\n", 2 * PSKFILE_KEY_MAX, 0);
	char *longer = memory_format("a:%0*d\n", 2 * PSKFILE_KEY_MAX + 2, 0);

	pskfile_free(load_well(longest));
	expect_wrong(longer, 1, "the key has more than 256 bytes (512 digits): ");
	expect_wrong("a:", 1, "the key has fewer than 16 bytes (32 digits): ");
	expect_wrong("a:  \t", 1, "the key has fewer than 16 bytes (32 digits): ");
	expect_wrong("a:00112233445566778899aabbccddee", 1, "the key has fewer than ");
	expect_wrong("a:" KEY "0", 1, "the key has an odd number of digits: copy it");
	expect_wrong("a:" KEY "0g", 1, "the key is not hexadecimal: make one with ");
	expect_wrong("a:" KEY " " KEY, 1, "the key is not hexadecimal: make one with ");
	expect_wrong("#\n" KEY "\n", 2, "there is no colon: write IDENTITY:HEXKEY");
	free(longest);
	free(longer);
}
END_TEST

START_TEST(an_identity_has_one_line)
{
	expect_wrong("a:" KEY "\nb:" KEY "\n\na:" KEY KEY "\n", 4,
	    "has the identity of line 1: remove one");
}
END_TEST

START_TEST(a_file_full_of_mistakes_has_only_the_first_reported)
{
	char *text = memory_new(1 << 12);

	for (int i = 0; i < 500; i++)
		strcat(text, "x\n");
	ck_assert_ptr_null(load(text));
	ck_assert_uint_eq(findings.errors, 20);
	free(text);
}
END_TEST

START_TEST(an_unreadable_file_is_an_error_and_one_for_everyone_a_warning)
{
	findings_fini(&findings);
	ck_assert_ptr_null(pskfile_new("/nowhere/keys", &findings));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "/nowhere/keys: "));
	pskfile_free(load_well("a:" KEY));
	ck_assert_uint_eq(findings.count, 0);
	const char *path = suite_file("keys", "a:" KEY);
	ck_assert_int_eq(chmod(path, 0604), 0);
	pskfile_free(pskfile_new(path, &findings));
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text,
	    "everyone may read the file with the pre-shared keys (mode 0604): "));
	pskfile_free(load_well("# none\n"));
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, ": has no key, so "));
}
END_TEST

SUITE("pskfile", a_line_gives_an_identity_its_key,
    comments_empty_lines_and_crlf_are_passed_over,
    each_of_many_identities_is_found_and_no_other_one,
    identities_have_1_to_128_printable_bytes_without_a_colon,
    keys_have_16_to_256_bytes_in_hexadecimal, an_identity_has_one_line,
    a_file_full_of_mistakes_has_only_the_first_reported,
    an_unreadable_file_is_an_error_and_one_for_everyone_a_warning)
