/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/resemblance.h"

#include <stdint.h>

#include "lib/suite.h"

START_TEST(case_hyphens_and_underscores_make_no_difference)
{
	ck_assert_uint_eq(resemblance_distance("Max_Clients", "max-clients"), 0);
	ck_assert_uint_eq(resemblance_distance("maxclients", "max-clients"), 0);
}
END_TEST

START_TEST(likeness_is_counted_in_letters)
{
	ck_assert_uint_eq(resemblance_distance("wrokers", "workers"), 2);
	ck_assert_uint_eq(resemblance_distance("lisen", "listen"), 1);
	ck_assert_uint_eq(resemblance_distance("txet", "text"), SIZE_MAX);
}
END_TEST

START_TEST(words_that_differ_in_a_third_of_their_letters_are_not_alike)
{
	ck_assert_uint_eq(resemblance_distance("pid", "file"), SIZE_MAX);
	ck_assert_uint_eq(resemblance_distance("sni", "user"), SIZE_MAX);
	ck_assert_uint_eq(resemblance_distance("", "key"), SIZE_MAX);
	ck_assert_uint_eq(
	    resemblance_distance(
		"a-name-that-has-more-letters-than-any-key-may-have-", "workers"),
	    SIZE_MAX);
}
END_TEST

START_TEST(nearest_of_several_names_is_found)
{
	struct resemblance resemblance = resemblance_to("connectons");

	resemblance_try(&resemblance, "status");
	ck_assert_ptr_null(resemblance.nearest);
	resemblance_try(&resemblance, "connection");
	resemblance_try(&resemblance, "connections");
	resemblance_try(&resemblance, "connector");
	ck_assert_str_eq(resemblance.nearest, "connections");
}
END_TEST

SUITE("resemblance", case_hyphens_and_underscores_make_no_difference,
    likeness_is_counted_in_letters,
    words_that_differ_in_a_third_of_their_letters_are_not_alike,
    nearest_of_several_names_is_found)
