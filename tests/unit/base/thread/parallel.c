/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/thread/parallel.h"

#include <stdatomic.h>

#include "base/memory/shortage.h"
#include "lib/suite.h"

enum { COUNT = 1000 };

static atomic_int calls[COUNT];

static void
count_call(void *context, size_t number)
{
	ck_assert_ptr_eq(context, calls);
	atomic_fetch_add(&calls[number], 1);
}

START_TEST(each_number_is_worked_on_once)
{
	parallel_run(COUNT, count_call, calls);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(atomic_load(&calls[i]), 1);
	parallel_run(1, count_call, calls);
	ck_assert_int_eq(atomic_load(&calls[0]), 2);
	ck_assert_int_eq(atomic_load(&calls[1]), 1);
}
END_TEST

START_TEST(nothing_to_do_is_done_at_once)
{
	parallel_run(0, count_call, calls);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(atomic_load(&calls[i]), 0);
}
END_TEST

START_TEST(giving_way_leaves_nothing_undone)
{
	parallel_give_way();
	parallel_run(COUNT, count_call, calls);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(atomic_load(&calls[i]), 1);
}
END_TEST

static void
run_short(void *context, size_t number)
{
	(void)context;
	if (number == COUNT / 2)
		shortage_note();
}

START_TEST(a_shortage_in_any_thread_is_noted_for_the_caller)
{
	shortage_forget();
	parallel_run(COUNT, run_short, NULL);
	ck_assert(shortage_is_noted());
	shortage_forget();
	parallel_run(COUNT, count_call, calls);
	ck_assert(!shortage_is_noted());
}
END_TEST

SUITE("parallel", each_number_is_worked_on_once, nothing_to_do_is_done_at_once,
    giving_way_leaves_nothing_undone, a_shortage_in_any_thread_is_noted_for_the_caller)
