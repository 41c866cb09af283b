/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/event/timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lib/suite.h"

enum { PLACES = 300, TURNS = 30000 };

static struct timer places[PLACES];
static bool taken[PLACES];

static struct deadline
at(int64_t ns)
{
	return (struct deadline){ .at_ns = ns };
}

START_TEST(empty_timers_never_expire)
{
	struct timers timers = { 0 };

	ck_assert_ptr_null(timers_first(&timers));
	ck_assert_ptr_null(timers_due(&timers));
	ck_assert_int_lt(deadline_left_ms(timers_next(&timers)), 0);
}
END_TEST

START_TEST(only_an_expired_timer_is_due)
{
	struct timers timers = { 0 };
	int soon, past;

	timers_add(&timers, &places[0], deadline_in(3600000), &soon);
	ck_assert_ptr_null(timers_due(&timers));
	timers_add(&timers, &places[1], at(1), &past);
	ck_assert_ptr_eq(timers_due(&timers), &past);
	timers_remove(&timers, &places[1]);
	ck_assert_ptr_null(timers_due(&timers));
	ck_assert_ptr_eq(timers_first(&timers), &soon);
	timers_remove(&timers, &places[0]);
	ck_assert_ptr_null(timers_first(&timers));
}
END_TEST

/* Returns the earliest time, found by comparing all. */
static int64_t
earliest(void)
{
	int64_t least = deadline_never().at_ns;

	for (int i = 0; i < PLACES; i++)
		if (taken[i] && places[i].deadline.at_ns < least)
			least = places[i].deadline.at_ns;
	return least;
}

static void
toggle(struct timers *timers, int place)
{
	if (taken[place])
		timers_remove(timers, &places[place]);
	else
		timers_add(
		    timers, &places[place], at(1 + rand() % 1000), &places[place]);
	taken[place] = !taken[place];
}

START_TEST(adding_and_removing_timers_keeps_the_earliest_first)
{
	struct timers timers = { 0 };

	srand(4433);
	for (int turn = 0; turn < TURNS; turn++) {
		toggle(&timers, rand() % PLACES);
		ck_assert_int_eq(timers_next(&timers).at_ns, earliest());
	}
	for (int64_t last = 0; timers_first(&timers) != NULL;) {
		struct timer *first = timers_first(&timers);
		ck_assert_int_ge(first->deadline.at_ns, last);
		last = first->deadline.at_ns;
		timers_remove(&timers, first);
	}
}
END_TEST

SUITE("agenda", empty_timers_never_expire, only_an_expired_timer_is_due,
    adding_and_removing_timers_keeps_the_earliest_first)
