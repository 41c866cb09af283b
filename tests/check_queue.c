/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/queue.h"

#include <pthread.h>
#include <stdatomic.h>

#include "suite.h"

/* The queue never looks at what it carries, so addresses will do. */
static char items[1000];
#define ITEM(i) ((struct connection *)(void *)&items[i])

static _Atomic(int) spaces;

static void
count_space(void *context)
{
	(void)context;
	atomic_fetch_add(&spaces, 1);
}

START_TEST(first_in_is_first_out)
{
	struct queue *queue = queue_new(3, count_space, NULL);

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 3; i++)
			ck_assert(queue_push(queue, ITEM(i)));
		for (int i = 0; i < 3; i++)
			ck_assert_ptr_eq(queue_pop(queue), ITEM(i));
	}
	ck_assert_int_eq(spaces, 0);
	queue_free(queue);
}
END_TEST

START_TEST(a_full_queue_refuses_and_tells_when_there_is_space)
{
	struct queue *queue = queue_new(2, count_space, NULL);

	ck_assert(queue_push(queue, ITEM(0)));
	ck_assert(queue_push(queue, ITEM(1)));
	ck_assert(!queue_push(queue, ITEM(2)));
	ck_assert_uint_eq(queue_depth(queue), 2);
	ck_assert_ptr_eq(queue_pop(queue), ITEM(0));
	ck_assert_int_eq(spaces, 1);
	ck_assert_ptr_eq(queue_pop(queue), ITEM(1));
	ck_assert_int_eq(spaces, 1);
	queue_free(queue);
}
END_TEST

START_TEST(a_closed_queue_gives_what_is_left_and_then_nothing)
{
	struct queue *queue = queue_new(2, count_space, NULL);

	ck_assert(queue_push(queue, ITEM(0)));
	queue_close(queue);
	ck_assert(!queue_push(queue, ITEM(1)));
	ck_assert_ptr_eq(queue_pop(queue), ITEM(0));
	ck_assert_ptr_null(queue_pop(queue));
	ck_assert_ptr_null(queue_pop(queue));
	queue_free(queue);
}
END_TEST

START_TEST(trying_does_not_wait)
{
	struct queue *queue = queue_new(1, count_space, NULL);

	ck_assert_ptr_null(queue_try_pop(queue));
	ck_assert(queue_push(queue, ITEM(0)));
	ck_assert_ptr_eq(queue_try_pop(queue), ITEM(0));
	queue_free(queue);
}
END_TEST

static void *
count_pops(void *argument)
{
	struct queue *queue = argument;
	intptr_t count = 0;

	while (queue_pop(queue) != NULL)
		count++;
	return (void *)count;
}

START_TEST(many_consumers_get_each_item_once)
{
	struct queue *queue = queue_new(7, count_space, NULL);
	pthread_t threads[4];
	intptr_t total = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, count_pops, queue);
	for (int i = 0; i < 1000; i++)
		while (!queue_push(queue, ITEM(i)))
			;
	queue_close(queue);
	for (int i = 0; i < 4; i++) {
		void *count;
		pthread_join(threads[i], &count);
		total += (intptr_t)count;
	}
	ck_assert_int_eq(total, 1000);
	queue_free(queue);
}
END_TEST

int
main(void)
{
	return SUITE_RUN("queue", first_in_is_first_out,
	    a_full_queue_refuses_and_tells_when_there_is_space,
	    a_closed_queue_gives_what_is_left_and_then_nothing, trying_does_not_wait,
	    many_consumers_get_each_item_once);
}
