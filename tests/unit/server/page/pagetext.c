/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/page/pagetext.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lib/suite.h"

static char *text;
static size_t size;

static FILE *
begin(void)
{
	return open_memstream(&text, &size);
}

static const char *
end(FILE *out)
{
	fclose(out);
	return suite_take(text);
}

static const char *
number(uint64_t value)
{
	FILE *out = begin();

	pagetext_number(out, value);
	return end(out);
}

static const char *
duration(int64_t seconds)
{
	FILE *out = begin();

	pagetext_duration(out, seconds);
	return end(out);
}

START_TEST(digits_are_in_groups_of_three)
{
	ck_assert_str_eq(number(0), "0");
	ck_assert_str_eq(number(999), "999");
	ck_assert_str_eq(number(1000), "1,000");
	ck_assert_str_eq(number(1000001), "1,000,001");
	ck_assert_str_eq(number(123456789), "123,456,789");
	ck_assert_str_eq(number(UINT64_MAX), "18,446,744,073,709,551,615");
}
END_TEST

START_TEST(durations_have_their_two_largest_units)
{
	ck_assert_str_eq(duration(-5), "0 s");
	ck_assert_str_eq(duration(0), "0 s");
	ck_assert_str_eq(duration(59), "59 s");
	ck_assert_str_eq(duration(60), "1 min 0 s");
	ck_assert_str_eq(duration(3599), "59 min 59 s");
	ck_assert_str_eq(duration(2 * 3600 + 61), "2 h 1 min");
	ck_assert_str_eq(duration(400 * INT64_C(86400) + 3600), "400 d 1 h");
}
END_TEST

START_TEST(moments_are_for_people_and_programs)
{
	FILE *out = begin();

	pagetext_moment(out, 1796040000);
	ck_assert_str_eq(end(out), "<time datetime=\"2026-11-30T12:00:00Z\">2026-11-30 "
				   "12:00:00 UTC</time>");
}
END_TEST

START_TEST(cells_have_the_name_of_their_column)
{
	FILE *out = begin();

	pagetext_cell(out, "Active", 1234);
	pagetext_text_cell(out, "Answer", "<text>");
	ck_assert_str_eq(end(out), "<td class=\"n\" data-label=\"Active\">1,234</td>"
				   "<td data-label=\"Answer\">&lt;text&gt;</td>");
}
END_TEST

SUITE("pagetext", digits_are_in_groups_of_three, durations_have_their_two_largest_units,
    moments_are_for_people_and_programs, cells_have_the_name_of_their_column)
