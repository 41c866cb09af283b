/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/options/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "lib/suite.h"

static struct options options;
static struct findings findings;
static struct stringlist words;

enum { WORDS_MAX = 16 };

/* Copies "tlsc" and the words of a NULL-terminated list to `argv`; they live until tear_down(). */
static int
fill(char *argv[WORDS_MAX], const char *const *list)
{
	stringlist_add(&words, "tlsc", 4);
	for (; *list != NULL; list++)
		stringlist_add(&words, *list, strlen(*list));
	memcpy(argv, words.items, words.count * sizeof argv[0]);
	argv[words.count] = NULL;
	return (int)words.count;
}

static int
parse(const char *const *list)
{
	char *argv[WORDS_MAX];
	int argc = fill(argv, list);

	findings_init(&findings);
	return options_parse(&options, OPTIONS_TALK, argc, argv, &findings);
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void
tear_down(void)
{
	options_fini(&options);
	findings_fini(&findings);
	stringlist_fini(&words);
}

static void
check_wrong(int result, const char *part)
{
	ck_assert_int_eq(result, -1);
	ck_assert_uint_gt(findings.errors, 0);
	ck_assert_msg(
	    strstr(findings.items[0].text, part) != NULL, "%s", findings.items[0].text);
	tear_down();
}

START_TEST(target_alone_has_the_defaults)
{
	ck_assert_int_eq(PARSE("localhost:4433"), 0);
	ck_assert_str_eq(options.target.text, "localhost:4433");
	ck_assert_int_eq(options.timeout_ms, 10000);
	ck_assert_int_eq(options.end_after_ms, 1000);
	ck_assert_int_eq(options.verbosity, 0);
	ck_assert(!options.insecure);
	ck_assert_ptr_null(options.message);
	ck_assert_uint_eq(options.ca_files.count, 0);
	tear_down();
}
END_TEST

START_TEST(options_may_stand_on_both_sides_of_the_target)
{
	ck_assert_int_eq(PARSE("--timeout", "500ms", "localhost:4433", "-vv", "--ca=a",
			     "--ca", "b", "--alpn", "h2, http/1.1"),
	    0);
	ck_assert_int_eq(options.timeout_ms, 500);
	ck_assert_int_eq(options.verbosity, 2);
	ck_assert_uint_eq(options.ca_files.count, 2);
	ck_assert_str_eq(options.ca_files.items[1], "b");
	ck_assert_uint_eq(options.alpn.count, 2);
	ck_assert_str_eq(options.alpn.items[1], "http/1.1");
	tear_down();
}
END_TEST

START_TEST(end_after_defaults_to_less_than_the_timeout)
{
	ck_assert_int_eq(PARSE("--timeout", "600ms", "localhost:1"), 0);
	ck_assert_int_eq(options.end_after_ms, 300);
	tear_down();
	ck_assert_int_eq(PARSE("--timeout", "0", "localhost:1"), 0);
	ck_assert_int_eq(options.end_after_ms, 1000);
	tear_down();
	ck_assert_int_eq(PARSE("--end-after", "1h", "localhost:1"), 0);
	ck_assert_int_eq(options.end_after_ms, 3600000);
	tear_down();
	ck_assert_int_eq(PARSE("--end-after", "0", "localhost:1"), 0);
	ck_assert_int_eq(options.end_after_ms, 0);
	tear_down();
}
END_TEST

START_TEST(message_has_escapes)
{
	ck_assert_int_eq(PARSE("--message", "a\\r\\n\\x00\\\\", "localhost:1"), 0);
	ck_assert_uint_eq(options.message_size, 5);
	ck_assert_mem_eq(options.message, "a\r\n\0\\", 5);
	tear_down();
	ck_assert_int_eq(PARSE("--message", "", "localhost:1"), 0);
	ck_assert_ptr_nonnull(options.message);
	ck_assert_uint_eq(options.message_size, 0);
	tear_down();
}
END_TEST

START_TEST(help_and_version_need_no_target)
{
	ck_assert_int_eq(PARSE("--help"), 0);
	ck_assert(options.help);
	tear_down();
	ck_assert_int_eq(PARSE("-V"), 0);
	ck_assert(options.version);
	tear_down();
}
END_TEST

START_TEST(usage_error_names_the_wrong_argument)
{
	check_wrong(PARSE("--nonsense", "localhost:1"), "--nonsense: is not an option");
	check_wrong(PARSE("-x", "localhost:1"), "-x: is not an option");
	check_wrong(PARSE("--c", "f", "localhost:1"), "--c: is not an option");
	check_wrong(PARSE("localhost:1", "--cert"), "--cert: its value is missing");
	check_wrong(PARSE("--timeout", "soon", "localhost:1"), "--timeout: \"soon\"");
	check_wrong(PARSE("--end-after", "x", "localhost:1"), "--end-after: \"x\"");
	check_wrong(
	    PARSE("--message", "a\\q", "localhost:1"), "\"\\q\" is not an escape");
	check_wrong(PARSE("--servername", "", "localhost:1"), "--servername");
	check_wrong(PARSE("localhost"), "HOST:PORT");
	check_wrong(PARSE("a:1", "b:2"), "more than one");
	check_wrong(PARSE("-v"), "missing");
}
END_TEST

START_TEST(key_or_a_pin_needs_its_certificate)
{
	check_wrong(PARSE("--key", "k", "localhost:1"), "--key: has no effect");
	check_wrong(
	    PARSE("--pin-file", "p", "localhost:1"), "--pin-file: has no effect");
}
END_TEST

START_TEST(all_errors_are_found_in_one_run)
{
	ck_assert_int_eq(PARSE("--timeout", "soon", "--nonsense", "localhost"), -1);
	ck_assert_uint_eq(findings.errors, 3);
	tear_down();
}
END_TEST

START_TEST(protocols_that_cannot_be_offered_are_refused)
{
	char name[300];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	check_wrong(PARSE("--alpn", name, "localhost:1"), "--alpn");
	check_wrong(PARSE("--alpn", "a,b,c,d,e,f,g,h,i", "localhost:1"),
	    "--alpn: too many protocols: offer at most 8");
}
END_TEST

static int
find_operand(const char *const *list)
{
	char *argv[WORDS_MAX];
	int operand = options_find_operand(fill(argv, list), argv);

	stringlist_fini(&words);
	return operand;
}

#define CHECK_OPERAND(wanted, ...) \
	ck_assert_int_eq(          \
	    find_operand((const char *const[]){ __VA_ARGS__, NULL }), wanted)

START_TEST(values_of_options_are_not_operands)
{
	CHECK_OPERAND(1, "explain", "localhost:1");
	CHECK_OPERAND(3, "--ca", "check", "explain", "localhost:1");
	CHECK_OPERAND(4, "--insecure", "--message", "bench", "explain");
	CHECK_OPERAND(5, "-qv", "--mess", "x", "--warn-days=3", "check", "localhost:1");
	CHECK_OPERAND(3, "--bogus", "-x", "bench");
	CHECK_OPERAND(2, "--help");
	CHECK_OPERAND(2, "--ca");
}
END_TEST

START_TEST(help_names_every_option_once)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	options_print_help(OPTIONS_TALK, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "--pin-file FILE"));
	const char *first = strstr(text, "--insecure");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, "--insecure"));
	free(text);
}
END_TEST

SUITE("tlsc options", target_alone_has_the_defaults,
    options_may_stand_on_both_sides_of_the_target,
    end_after_defaults_to_less_than_the_timeout, message_has_escapes,
    help_and_version_need_no_target, usage_error_names_the_wrong_argument,
    key_or_a_pin_needs_its_certificate, all_errors_are_found_in_one_run,
    protocols_that_cannot_be_offered_are_refused, values_of_options_are_not_operands,
    help_names_every_option_once)
