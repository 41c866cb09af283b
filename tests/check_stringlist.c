/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stringlist.h"

#include "suite.h"

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

int
main(void)
{
	return SUITE_RUN("stringlist", commas_and_white_space_separate,
	    nothing_gives_nothing, a_copy_lives_on_its_own,
	    one_is_taken_out_and_the_others_keep_their_order);
}
