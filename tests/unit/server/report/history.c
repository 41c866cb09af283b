/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/report/history.h"

#include "lib/suite.h"
#include "lib/virtualtime.h"
#include "server/connection/stats.h"

static struct stats *stats;
static struct history *history;
static struct history_rates rates;

static void
set_up(void)
{
	virtualtime_start(1, NULL);
	virtualtime_pass(HISTORY_STEP_MS);
	stats = stats_new(1);
	history = history_new(stats);
}

static void
tear_down(void)
{
	history_free(history);
	stats_free(stats);
	virtualtime_end();
}

static void
accept_many(int count)
{
	for (int i = 0; i < count; i++)
		tally_accept(stats_clients(stats));
}

/* Lets a step pass and takes its sample. */
static void
end_step(void)
{
	history_turn(history);
	virtualtime_pass(HISTORY_STEP_MS);
	history_turn(history);
}

/* Returns the rate of accepted connections, `ago` steps before the last complete one. */
static double
accepted(size_t ago)
{
	return rates.per_second[HISTORY_ACCEPTED][rates.count - 1 - ago];
}

START_TEST(a_new_history_has_no_steps)
{
	set_up();
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, 0);
	tear_down();
}
END_TEST

START_TEST(rates_are_per_second_of_each_step)
{
	set_up();
	accept_many(10);
	tally_done(stats_clients(stats));
	tally_fail(stats_clients(stats), FAILURE_SNI, false);
	tally_fail(stats_clients(stats), FAILURE_BACKEND, true);
	end_step();
	accept_many(4);
	end_step();
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, 2);
	ck_assert_double_eq(accepted(1), 5);
	ck_assert_double_eq(rates.per_second[HISTORY_ANSWERED][0], 0.5);
	ck_assert_double_eq(rates.per_second[HISTORY_FAILED][0], 1);
	ck_assert_double_eq(accepted(0), 2);
	ck_assert_double_eq(rates.per_second[HISTORY_FAILED][1], 0);
	tear_down();
}
END_TEST

START_TEST(idle_process_is_woken_once_after_its_last_event)
{
	set_up();
	ck_assert_int_gt(deadline_left_ms(history_turn(history)), 0);
	ck_assert_int_le(deadline_left_ms(history_turn(history)), HISTORY_STEP_MS);
	virtualtime_pass(HISTORY_STEP_MS);
	ck_assert_int_eq(deadline_left_ms(history_turn(history)), -1);
	tear_down();
}
END_TEST

START_TEST(steps_that_an_idle_process_slept_through_are_zero)
{
	set_up();
	accept_many(2);
	end_step();
	virtualtime_pass(5 * HISTORY_STEP_MS);
	accept_many(6);
	end_step();
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, 7);
	ck_assert_double_eq(accepted(6), 1);
	for (size_t ago = 1; ago < 6; ago++)
		ck_assert_double_eq(accepted(ago), 0);
	ck_assert_double_eq(accepted(0), 3);
	tear_down();
}
END_TEST

START_TEST(a_step_is_not_shown_before_its_sample_is_taken)
{
	set_up();
	accept_many(2);
	end_step();
	history_turn(history);
	virtualtime_pass(3 * HISTORY_STEP_MS);
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, 1);
	tear_down();
}
END_TEST

START_TEST(only_the_last_steps_are_kept)
{
	set_up();
	for (int i = 0; i < 2 * HISTORY_STEPS + 7; i++) {
		accept_many(2 * i);
		end_step();
	}
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, HISTORY_STEPS);
	for (size_t ago = 0; ago < HISTORY_STEPS; ago++)
		ck_assert_double_eq(
		    accepted(ago), (double)(2 * HISTORY_STEPS + 6 - ago));
	virtualtime_pass(INT64_C(2) * HISTORY_STEPS * HISTORY_STEP_MS);
	history_read(history, &rates);
	ck_assert_uint_eq(rates.count, HISTORY_STEPS);
	ck_assert_double_eq(accepted(0), 0);
	tear_down();
}
END_TEST

SUITE("history", a_new_history_has_no_steps, rates_are_per_second_of_each_step,
    idle_process_is_woken_once_after_its_last_event,
    steps_that_an_idle_process_slept_through_are_zero,
    a_step_is_not_shown_before_its_sample_is_taken, only_the_last_steps_are_kept)
