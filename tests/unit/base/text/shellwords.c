/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/shellwords.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "lib/suite.h"

static char error[128];

/* Returns the words of `text`, each in <>; "" after an error. */
static const char *
words_of(const char *text)
{
	static char all[512];
	struct stringlist words = { 0 };
	size_t length = 0;

	all[0] = error[0] = '\0';
	int result = shellwords_split(text, &words, error, sizeof error);
	for (size_t i = 0; result == 0 && i < words.count; i++)
		length += (size_t)snprintf(
		    all + length, sizeof all - length, "<%s>", words.items[i]);
	ck_assert_int_eq(result < 0, error[0] != '\0');
	stringlist_fini(&words);
	return all;
}

START_TEST(blanks_separate_words)
{
	ck_assert_str_eq(words_of("/bin/cat"), "</bin/cat>");
	ck_assert_str_eq(words_of("  /bin/cat -n\t-v  "), "</bin/cat><-n><-v>");
	ck_assert_str_eq(words_of(""), "");
	ck_assert_str_eq(words_of("   "), "");
}
END_TEST

START_TEST(single_quotes_keep_everything)
{
	ck_assert_str_eq(words_of("a 'b  \"\\$x|*' c"), "<a><b  \"\\$x|*><c>");
	ck_assert_str_eq(words_of("a'b c'd"), "<ab cd>");
	ck_assert_str_eq(words_of("a ''"), "<a><>");
}
END_TEST

START_TEST(double_quotes_know_the_backslash)
{
	ck_assert_str_eq(words_of("a \"b 'c' |*\""), "<a><b 'c' |*>");
	ck_assert_str_eq(words_of("\"\\\\ \\\" \\$ \\` \\n\""), "<\\ \" $ ` \\n>");
	ck_assert_str_eq(words_of("a \"\""), "<a><>");
}
END_TEST

START_TEST(a_backslash_keeps_the_next_letter)
{
	ck_assert_str_eq(words_of("a\\ b \\' \\$x \\\\"), "<a b><'><$x><\\>");
}
END_TEST

START_TEST(unclosed_quote_is_an_error)
{
	words_of("a 'b");
	ck_assert_str_eq(error, "a closing ' is missing");
	words_of("a \"b");
	ck_assert_str_eq(error, "a closing \" is missing");
	words_of("a \"b\\");
	ck_assert_str_eq(error, "a closing \" is missing");
	words_of("a \\");
	ck_assert_ptr_nonnull(strstr(error, "at the end"));
}
END_TEST

START_TEST(shell_syntax_is_an_error)
{
	static const char *const bad[] = { "a | b", "a && b", "a; b", "a <b", "a >b",
		"(a)", "a $x", "a `b`", "a *.c", "a ?", "a [b]", "a \"$x\"",
		"a \"`b`\"" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_str_eq(words_of(bad[i]), "");
		ck_assert_ptr_nonnull(strstr(error, "no shell"));
	}
}
END_TEST

SUITE("shellwords", blanks_separate_words, single_quotes_keep_everything,
    double_quotes_know_the_backslash, a_backslash_keeps_the_next_letter,
    unclosed_quote_is_an_error, shell_syntax_is_an_error)
