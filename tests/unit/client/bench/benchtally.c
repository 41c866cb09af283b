/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/bench/benchtally.h"

#include "lib/suite.h"

static struct benchtally tally, other;

static void
add(struct benchtally *to, enum benchtally_class class, const char *suite)
{
	struct benchtally_call call = { .class = class,
		.first_ns = 5,
		.total_ns = 10,
		.bytes = 12,
		.resumed = true,
		.version = suite == NULL ? NULL : "TLS1.3",
		.suite = suite };

	benchtally_add(to, &call);
}

START_TEST(each_connection_counts_in_its_class)
{
	add(&tally, BENCHTALLY_WHOLE, "A");
	add(&tally, BENCHTALLY_WHOLE, "A");
	add(&tally, BENCHTALLY_REFUSED, NULL);
	ck_assert_uint_eq(benchtally_connections(&tally), 3);
	ck_assert_uint_eq(benchtally_failures(&tally), 1);
	ck_assert_uint_eq(tally.ended[BENCHTALLY_REFUSED], 1);
	ck_assert_uint_eq(tally.resumed, 2);
}
END_TEST

START_TEST(only_whole_answers_are_timed)
{
	add(&tally, BENCHTALLY_TRUNCATED, "A");
	ck_assert_uint_eq(tally.total.total, 0);
	add(&tally, BENCHTALLY_WHOLE, "A");
	ck_assert_uint_eq(tally.total.total, 1);
	ck_assert_uint_eq(tally.first.total, 1);
}
END_TEST

START_TEST(suites_are_counted_apart_and_merged)
{
	add(&tally, BENCHTALLY_WHOLE, "A");
	add(&tally, BENCHTALLY_WHOLE, "B");
	add(&other, BENCHTALLY_WHOLE, "B");
	add(&other, BENCHTALLY_ALERT, "C");
	benchtally_merge(&tally, &other);
	ck_assert_uint_eq(tally.suites[0].count, 1);
	ck_assert_str_eq(tally.suites[1].suite, "B");
	ck_assert_uint_eq(tally.suites[1].count, 2);
	ck_assert_str_eq(tally.suites[2].suite, "C");
	ck_assert_ptr_null(tally.suites[3].version);
	ck_assert_uint_eq(tally.bytes, 48);
}
END_TEST

START_TEST(too_many_suites_share_the_last_row)
{
	static char names[BENCHTALLY_SUITES + 4][2];

	for (int i = 0; i < BENCHTALLY_SUITES + 4; i++) {
		names[i][0] = (char)('A' + i);
		add(&tally, BENCHTALLY_WHOLE, names[i]);
	}
	ck_assert_uint_eq(tally.suites[BENCHTALLY_SUITES - 1].count, 5);
}
END_TEST

START_TEST(every_class_has_a_word_of_its_own)
{
	for (int i = 0; i < BENCHTALLY_CLASSES; i++)
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(benchtally_word((enum benchtally_class)i),
			    benchtally_word((enum benchtally_class)k));
}
END_TEST

SUITE("benchtally", each_connection_counts_in_its_class, only_whole_answers_are_timed,
    suites_are_counted_apart_and_merged, too_many_suites_share_the_last_row,
    every_class_has_a_word_of_its_own)
