/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/connection/stats.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "lib/suite.h"

enum { THREADS = 4, TIMES = 100000 };

static struct stats *stats;
static struct tally *tally;

static void
set_up(void)
{
	stats = stats_new(THREADS + 1);
	tally = stats_tally(stats, "one");
}

static void *
count_often(void *number)
{
	stats_enlist(*(const size_t *)number);
	for (int i = 0; i < TIMES; i++) {
		tally_accept(tally);
		tally_enter(tally, PHASE_ANSWER);
		tally_time(tally, STATS_TOTAL, 1000000);
		tally_leave(tally, PHASE_ANSWER);
		tally_done(tally);
	}
	return NULL;
}

START_TEST(no_count_of_any_thread_is_lost)
{
	pthread_t threads[THREADS];
	size_t numbers[THREADS];
	struct stats_sums sums;

	set_up();
	for (size_t i = 0; i < THREADS; i++) {
		numbers[i] = i + 1;
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, count_often, &numbers[i]), 0);
	}
	/* Sums may be read at the same time, and must never decrease. */
	for (uint64_t before = 0; before < TIMES; before = sums.done) {
		stats_sum(stats, &sums);
		ck_assert_uint_ge(sums.done, before);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.done, (uint64_t)THREADS * TIMES);
	ck_assert_uint_eq(sums.accepted, (uint64_t)THREADS * TIMES);
	ck_assert_uint_eq(sums.present[PHASE_ANSWER], 0);
	ck_assert_uint_eq(
	    sums.times[STATS_TOTAL].sum_ns, (uint64_t)THREADS * TIMES * 1000000);
	stats_free(stats);
}
END_TEST

static atomic_bool read_enough;

/* Acts as the main thread and as a worker in turn. */
static void *
accept_and_answer(void *unused)
{
	while (!atomic_load(&read_enough)) {
		stats_enlist(0);
		tally_accept(tally);
		stats_enlist(1);
		tally_done(tally);
	}
	return unused;
}

START_TEST(no_reader_sees_an_answer_before_its_connection)
{
	struct stats_sums sums = { 0 };
	unsigned looks = 0;
	pthread_t thread;

	set_up();
	ck_assert_int_eq(pthread_create(&thread, NULL, accept_and_answer, NULL), 0);
	for (uint64_t before = 0; looks < TIMES / 50; before = sums.done) {
		sums = (struct stats_sums){ 0 };
		tally_add_to(tally, &sums);
		if (sums.done > sums.accepted)
			ck_abort_msg("%" PRIu64 " accepted, %" PRIu64 " done",
			    sums.accepted, sums.done);
		looks += sums.done != before;
	}
	atomic_store(&read_enough, true);
	pthread_join(thread, NULL);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(stats_active(&sums), 0);
	stats_free(stats);
}
END_TEST

static void *
leave_elsewhere(void *unused)
{
	stats_enlist(1);
	tally_leave(tally, PHASE_QUEUE);
	tally_enter(tally, PHASE_HANDSHAKE);
	return unused;
}

START_TEST(a_connection_may_enter_in_one_thread_and_leave_in_another)
{
	struct stats_sums sums;
	pthread_t thread;

	set_up();
	tally_enter(tally, PHASE_QUEUE);
	tally_enter(tally, PHASE_QUEUE);
	ck_assert_int_eq(pthread_create(&thread, NULL, leave_elsewhere, NULL), 0);
	pthread_join(thread, NULL);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.present[PHASE_QUEUE], 1);
	ck_assert_uint_eq(sums.present[PHASE_HANDSHAKE], 1);
	/* A connection seen leaving before it is seen entering counts as absent. */
	tally_leave(tally, PHASE_LINGER);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.present[PHASE_LINGER], 0);
	stats_free(stats);
}
END_TEST

START_TEST(a_service_keeps_its_tally_by_its_name)
{
	struct stats_sums sums = { 0 };

	set_up();
	tally_done(tally);
	struct tally *other = stats_tally(stats, "two");
	ck_assert_ptr_ne(other, tally);
	ck_assert_ptr_eq(stats_tally(stats, "one"), tally);
	tally_done(other);
	tally_add_to(other, &sums);
	ck_assert_uint_eq(sums.done, 1);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.done, 2);
	ck_assert_str_eq(tally_name(stats_first(stats)), "two");
	ck_assert_str_eq(tally_name(stats_next(stats_first(stats))), "one");
	ck_assert_ptr_null(stats_next(stats_next(stats_first(stats))));
	stats_free(stats);
}
END_TEST

START_TEST(failures_are_counted_separately_for_handshake_and_answer)
{
	struct stats_sums sums;

	set_up();
	tally_fail(tally, FAILURE_EARLY_CLOSE, false);
	tally_fail(tally, FAILURE_EARLY_CLOSE, true);
	tally_fail(tally, FAILURE_BACKEND, true);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.handshake_failures[FAILURE_EARLY_CLOSE], 1);
	ck_assert_uint_eq(sums.answer_failures[FAILURE_EARLY_CLOSE], 1);
	ck_assert_uint_eq(sums.answer_failures[FAILURE_BACKEND], 1);
	ck_assert_uint_eq(stats_failed(&sums), 3);
	stats_free(stats);
}
END_TEST

START_TEST(duration_is_counted_in_the_first_bucket_that_contains_it)
{
	struct stats_sums sums;

	set_up();
	tally_time(tally, STATS_QUEUE, 0);
	tally_time(tally, STATS_QUEUE, 100000);
	tally_time(tally, STATS_QUEUE, 100001);
	tally_time(tally, STATS_QUEUE, INT64_C(3600000000000));
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.times[STATS_QUEUE].counts[0], 2);
	ck_assert_uint_eq(sums.times[STATS_QUEUE].counts[1], 1);
	ck_assert_uint_eq(sums.times[STATS_QUEUE].counts[STATS_BUCKETS - 1], 1);
	ck_assert_uint_eq(sums.times[STATS_QUEUE].sum_ns, UINT64_C(3600000200001));
	ck_assert_uint_eq(sums.times[STATS_TOTAL].sum_ns, 0);
	stats_free(stats);
}
END_TEST

START_TEST(the_bounds_of_the_buckets_grow_up_to_infinity)
{
	for (size_t i = 1; i < STATS_BUCKETS; i++)
		ck_assert(stats_bound(i) > stats_bound(i - 1));
	ck_assert(stats_bound(0) > 0.000099 && stats_bound(0) < 0.000101);
	ck_assert(isinf(stats_bound(STATS_BUCKETS - 1)));
}
END_TEST

START_TEST(bytes_of_both_directions_add_up)
{
	struct stats_sums sums;

	set_up();
	tally_bytes(tally, 1, 20);
	tally_bytes(tally, 2, 40);
	stats_sum(stats, &sums);
	ck_assert_uint_eq(sums.bytes_in, 3);
	ck_assert_uint_eq(sums.bytes_out, 60);
	stats_free(stats);
}
END_TEST

/* True if two times are equal except for rounding. */
static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

START_TEST(a_quantile_lies_within_its_bucket)
{
	struct stats_sums sums;

	set_up();
	stats_sum(stats, &sums);
	ck_assert(is_near(stats_quantile(&sums.times[STATS_TOTAL], 0.5), 0));
	for (int i = 0; i < 99; i++)
		tally_time(tally, STATS_TOTAL, 400000);
	tally_time(tally, STATS_TOTAL, INT64_C(40000000000));
	stats_sum(stats, &sums);
	double half = stats_quantile(&sums.times[STATS_TOTAL], 0.5);
	ck_assert_msg(half > 0.00025 && half < 0.0005, "%g", half);
	ck_assert(is_near(stats_quantile(&sums.times[STATS_TOTAL], 0.99), 0.0005));
	ck_assert(is_near(stats_quantile(&sums.times[STATS_TOTAL], 1), 30));
	ck_assert_uint_eq(stats_time_count(&sums.times[STATS_TOTAL]), 100);
	stats_free(stats);
}
END_TEST

SUITE("stats", no_count_of_any_thread_is_lost,
    no_reader_sees_an_answer_before_its_connection,
    a_connection_may_enter_in_one_thread_and_leave_in_another,
    a_service_keeps_its_tally_by_its_name,
    failures_are_counted_separately_for_handshake_and_answer,
    duration_is_counted_in_the_first_bucket_that_contains_it,
    the_bounds_of_the_buckets_grow_up_to_infinity, bytes_of_both_directions_add_up,
    a_quantile_lies_within_its_bucket)
