/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/deadline.h"

#include <limits.h>

#include "lib/suite.h"

START_TEST(a_deadline_is_counted_from_the_instant_given)
{
	int64_t start = deadline_now_ns() - 5000000000;

	ck_assert(deadline_passed(deadline_after(start, 4000)));
	ck_assert_int_eq(deadline_left_ms(deadline_after(start, 4000)), 0);
	ck_assert(!deadline_passed(deadline_after(start, 3600000)));
}
END_TEST

START_TEST(remaining_time_is_rounded_up)
{
	/* If the rest were rounded down, a wait would become a busy loop in its last
	 * millisecond. */
	int64_t now = deadline_now_ns();
	struct deadline soon = { .at_ns = now + 3600000LL * 1000000 - 1 };

	ck_assert_int_le(deadline_left_ms(soon), 3600000);
	ck_assert_int_gt(deadline_left_ms(soon), 3500000);
}
END_TEST

START_TEST(no_time_means_never)
{
	ck_assert_int_eq(deadline_left_ms(deadline_in(0)), -1);
	ck_assert_int_eq(deadline_left_ms(deadline_in(INT64_MAX)), -1);
	ck_assert(!deadline_passed(deadline_never()));
	ck_assert_int_eq(deadline_left_ms(deadline_never()), -1);
}
END_TEST

START_TEST(a_far_deadline_fits_into_poll)
{
	ck_assert_int_eq(deadline_left_ms(deadline_in((int64_t)INT_MAX * 10)), INT_MAX);
}
END_TEST

START_TEST(the_earlier_of_two_wins)
{
	struct deadline a = deadline_in(1000), b = deadline_in(2000);

	ck_assert_int_eq(deadline_earlier(a, b).at_ns, a.at_ns);
	ck_assert_int_eq(deadline_earlier(b, a).at_ns, a.at_ns);
	ck_assert_int_eq(deadline_earlier(deadline_never(), b).at_ns, b.at_ns);
}
END_TEST

SUITE("deadline", a_deadline_is_counted_from_the_instant_given,
    remaining_time_is_rounded_up, no_time_means_never, a_far_deadline_fits_into_poll,
    the_earlier_of_two_wins)
