/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/stringlist.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

START_TEST(commas_and_white_space_separate)
{
	struct stringlist list = { 0 };

	stringlist_split(&list, " a , b c ,, d,");
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(list.items[0], "a");
	ck_assert_str_eq(list.items[1], "b c");
	ck_assert_str_eq(list.items[2], "d");
	stringlist_fini(&list);
}
END_TEST

START_TEST(nothing_gives_nothing)
{
	struct stringlist list = { 0 };

	stringlist_split(&list, "");
	stringlist_split(&list, " , ");
	ck_assert_uint_eq(list.count, 0);
	stringlist_fini(&list);
}
END_TEST

START_TEST(quoted_items_keep_commas_blanks_quotes_and_backslashes)
{
	struct stringlist list = { 0 };

	ck_assert_ptr_null(stringlist_split(
	    &list, " \"Doe, John\" ,plain\\, \" x \",\"a \\\"b\\\" \\\\c\","));
	ck_assert_uint_eq(list.count, 4);
	ck_assert_str_eq(list.items[0], "Doe, John");
	ck_assert_str_eq(list.items[1], "plain\\");
	ck_assert_str_eq(list.items[2], " x ");
	ck_assert_str_eq(list.items[3], "a \"b\" \\c");
	stringlist_fini(&list);
}
END_TEST

static void
expect_wrong(const char *text, const char *words)
{
	struct stringlist list = { 0 };
	const char *wrong = stringlist_split(&list, text);

	ck_assert_msg(wrong != NULL && strstr(wrong, words) != NULL, "%s: %s", text,
	    wrong != NULL ? wrong : "(fine)");
	stringlist_fini(&list);
}

START_TEST(wrong_quotes_are_errors)
{
	expect_wrong("a, \"Doe, John", "is not closed");
	expect_wrong("\"", "is not closed");
	expect_wrong("\"a\\\"", "is not closed");
	expect_wrong("\"a\\", "backslash");
	expect_wrong("\"a\\nb\"", "backslash");
	expect_wrong("\"a\" b", "follows a closing quote");
	expect_wrong("\"a\"\"b\"", "follows a closing quote");
	expect_wrong("a \"b, c\"", "within an item");
	expect_wrong("a, \"\"", "empty");
}
END_TEST

START_TEST(any_list_is_read_as_it_was_written)
{
	srand(4433);
	for (int i = 0; i < 20000; i++) {
		struct stringlist list = { 0 }, again = { 0 };
		for (int count = rand() % 4; count > 0; count--) {
			char item[8];
			size_t length = 1 + (size_t)rand() % sizeof item;
			for (size_t j = 0; j < length; j++)
				item[j] = rand() % 4 ? ",\"\\ \tab"[rand() % 7]
				                     : (char)(1 + rand() % 255);
			stringlist_add(&list, item, length);
		}
		char *text = stringlist_join(&list);
		ck_assert_ptr_null(stringlist_split(&again, text));
		ck_assert_msg(stringlist_equal(&list, &again), "%s", text);
		free(text);
		stringlist_fini(&list);
		stringlist_fini(&again);
	}
}
END_TEST

START_TEST(a_copy_lives_on_its_own)
{
	struct stringlist a = { 0 }, b = { 0 };

	stringlist_add(&a, "onetwo", 3);
	stringlist_copy(&b, &a);
	stringlist_fini(&a);
	ck_assert(stringlist_has(&b, "one"));
	ck_assert(!stringlist_has(&b, "onetwo"));
	stringlist_fini(&b);
}
END_TEST

START_TEST(one_is_taken_out_and_the_others_keep_their_order)
{
	struct stringlist list = { 0 }, left = { 0 };

	stringlist_split(&list, "a, b, a, c");
	stringlist_split(&left, "b, a, c");
	ck_assert(stringlist_remove(&list, "a"));
	ck_assert(stringlist_equal(&list, &left));
	ck_assert(!stringlist_remove(&list, "d"));
	ck_assert(stringlist_remove(&list, "c"));
	ck_assert(stringlist_remove(&list, "b"));
	ck_assert(stringlist_remove(&list, "a"));
	ck_assert(!stringlist_remove(&list, "a"));
	ck_assert_uint_eq(list.count, 0);
	stringlist_fini(&list);
	stringlist_fini(&left);
}
END_TEST

SUITE("stringlist", commas_and_white_space_separate, nothing_gives_nothing,
    quoted_items_keep_commas_blanks_quotes_and_backslashes, wrong_quotes_are_errors,
    any_list_is_read_as_it_was_written, a_copy_lives_on_its_own,
    one_is_taken_out_and_the_others_keep_their_order)
