/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/bench/histogram.h"

#include "lib/suite.h"

static struct histogram histogram, other;

START_TEST(nothing_has_no_quantile)
{
	ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 0);
	ck_assert_int_eq(histogram_quantile(&histogram, 1), 0);
}
END_TEST

START_TEST(one_duration_is_every_quantile)
{
	histogram_add(&histogram, 100);
	ck_assert_int_eq(histogram_quantile(&histogram, 0), 100);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 100);
	ck_assert_int_eq(histogram_quantile(&histogram, 1), 100);
}
END_TEST

START_TEST(quantiles_are_right_to_one_per_cent)
{
	for (int64_t i = 1; i <= 100000; i++)
		histogram_add(&histogram, i * 1000);
	for (int percent = 1; percent <= 100; percent++) {
		int64_t right = percent * 1000000;
		int64_t found = histogram_quantile(&histogram, percent / 100.0);
		ck_assert_int_ge(found, right - right / 100);
		ck_assert_int_le(found, right + right / 100);
	}
}
END_TEST

START_TEST(the_longest_is_exact)
{
	histogram_add(&histogram, 1);
	histogram_add(&histogram, 123456789);
	ck_assert_int_eq(histogram_quantile(&histogram, 1), 123456789);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.999), 123456789);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 1);
}
END_TEST

START_TEST(any_duration_has_a_bucket)
{
	histogram_add(&histogram, -1);
	histogram_add(&histogram, INT64_MAX);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 0);
	ck_assert_int_eq(histogram_quantile(&histogram, 1), INT64_MAX);
	ck_assert_uint_eq(histogram.total, 2);
}
END_TEST

START_TEST(merging_is_adding)
{
	for (int i = 0; i < 60; i++)
		histogram_add(&histogram, 10);
	for (int i = 0; i < 40; i++)
		histogram_add(&other, 90);
	histogram_merge(&histogram, &other);
	ck_assert_uint_eq(histogram.total, 100);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.6), 10);
	ck_assert_int_eq(histogram_quantile(&histogram, 0.61), 90);
	ck_assert_int_eq(histogram_quantile(&histogram, 1), 90);
}
END_TEST

SUITE("histogram", nothing_has_no_quantile, one_duration_is_every_quantile,
    quantiles_are_right_to_one_per_cent, the_longest_is_exact,
    any_duration_has_a_bucket, merging_is_adding)
