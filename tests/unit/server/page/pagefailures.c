/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/page/pagefailures.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "server/connection/stats.h"

static struct stats_sums sums;

static const char *
print(void (*printer)(const struct stats_sums *, FILE *))
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	printer(&sums, out);
	fclose(out);
	return suite_take(text);
}

START_TEST(frequent_classes_come_first)
{
	static const char *const order[] = { "#sni", "#backend", "#internal",
		"#version" };

	sums.handshake_failures[FAILURE_VERSION] = 1;
	sums.handshake_failures[FAILURE_SNI] = 2;
	sums.answer_failures[FAILURE_SNI] = 3;
	sums.answer_failures[FAILURE_BACKEND] = 2;
	sums.answer_failures[FAILURE_INTERNAL] = 2;
	const char *place = print(pagefailures_print);
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		place = strstr(place, order[i]);
		ck_assert_msg(place != NULL, "%s is not in its place", order[i]);
	}
	ck_assert_ptr_null(strstr(place + 1, "href="));
}
END_TEST

START_TEST(each_class_that_failed_has_one_remedy)
{
	sums.answer_failures[FAILURE_EXEC] = 1;
	sums.handshake_failures[FAILURE_EXEC] = 1;
	const char *remedies = print(pagefailures_print_remedies);
	const char *first = strstr(remedies, "<dt id=\"exec\">");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(strstr(first, "standard error"));
	ck_assert_ptr_null(strstr(first + 1, "<dt "));
}
END_TEST

START_TEST(without_failures_there_are_no_remedies)
{
	ck_assert_ptr_nonnull(
	    strstr(print(pagefailures_print), "No connection has failed."));
	ck_assert_str_eq(print(pagefailures_print_remedies), "");
}
END_TEST

SUITE("pagefailures", frequent_classes_come_first,
    each_class_that_failed_has_one_remedy, without_failures_there_are_no_remedies)
