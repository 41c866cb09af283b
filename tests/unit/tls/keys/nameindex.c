/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/nameindex.h"

#include "lib/suite.h"

static const struct nameindex_entry *found;

START_TEST(a_name_is_found_whatever_its_case)
{
	struct nameindex *index = nameindex_new();

	nameindex_add(index, "www.example.org", 7);
	nameindex_add(index, "*.Example.org", 8);
	nameindex_add(index, "a.example", 9);
	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_find(index, "WWW.example.ORG", &found), 1);
	ck_assert_uint_eq(found->number, 7);
	ck_assert_uint_eq(nameindex_find(index, "*.example.org", &found), 1);
	ck_assert_uint_eq(found->number, 8);
	ck_assert_uint_eq(nameindex_find(index, "a.example", &found), 1);
	ck_assert_uint_eq(found->number, 9);
	nameindex_free(index);
}
END_TEST

START_TEST(a_name_has_all_its_numbers_in_ascending_order)
{
	struct nameindex *index = nameindex_new();

	for (size_t i = 20; i-- > 0;)
		nameindex_add(index, i % 2 == 0 ? "even.example" : "odd.example", i);
	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_find(index, "odd.example", &found), 10);
	for (size_t i = 0; i < 10; i++)
		ck_assert_uint_eq(found[i].number, 2 * i + 1);
	nameindex_free(index);
}
END_TEST

START_TEST(groups_of_entries_with_one_name_follow_each_other)
{
	struct nameindex *index = nameindex_new();

	nameindex_add(index, "b.example", 1);
	nameindex_add(index, "a.example", 2);
	nameindex_add(index, "B.example", 0);
	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_group(index, 0, &found), 1);
	ck_assert_uint_eq(found->number, 2);
	ck_assert_uint_eq(nameindex_group(index, 1, &found), 2);
	ck_assert_uint_eq(found[0].number, 0);
	ck_assert_uint_eq(found[1].number, 1);
	ck_assert_uint_eq(nameindex_group(index, 3, &found), 0);
	nameindex_free(index);
}
END_TEST

START_TEST(an_entry_that_is_added_twice_counts_once)
{
	struct nameindex *index = nameindex_new();

	nameindex_add(index, "a.example", 1);
	nameindex_add(index, "A.example", 1);
	nameindex_add(index, "a.example", 2);
	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_find(index, "a.example", &found), 2);
	nameindex_free(index);
}
END_TEST

START_TEST(what_was_not_added_is_not_found)
{
	struct nameindex *index = nameindex_new();

	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_find(index, "www.example.org", &found), 0);
	nameindex_add(index, "b.example", 1);
	nameindex_sort(index);
	ck_assert_uint_eq(nameindex_find(index, "a.example", &found), 0);
	ck_assert_uint_eq(nameindex_find(index, "c.example", &found), 0);
	ck_assert_uint_eq(nameindex_find(index, "b.example.", &found), 0);
	ck_assert_uint_eq(nameindex_find(index, "", &found), 0);
	nameindex_free(index);
	nameindex_free(NULL);
}
END_TEST

SUITE("nameindex", a_name_is_found_whatever_its_case,
    a_name_has_all_its_numbers_in_ascending_order,
    groups_of_entries_with_one_name_follow_each_other,
    an_entry_that_is_added_twice_counts_once, what_was_not_added_is_not_found)
