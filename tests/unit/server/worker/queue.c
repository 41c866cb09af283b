/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/worker/queue.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/thread/sync.h"
#include "server/connection/connection.h"
#include "server/event/loop.h"
#include "lib/suite.h"
#include "lib/virtualtime.h"

static struct connection items[1000];
#define ITEM(i) (&items[i])

enum { PROCESSORS = 2, MANY = 64 };

static _Atomic(int) taken;
static struct loop *loop;

static struct queue *
new_queue(size_t capacity, size_t processors)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	return queue_new(capacity, processors, loop);
}

static void
free_queue(struct queue *queue)
{
	queue_free(queue);
	loop_free(loop);
}

START_TEST(first_in_is_first_out)
{
	struct queue *queue = new_queue(3, PROCESSORS);

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 3; i++)
			queue_push(queue, ITEM(i));
		for (int i = 0; i < 3; i++)
			ck_assert_ptr_eq(queue_pop(queue), ITEM(i));
	}
	free_queue(queue);
}
END_TEST

START_TEST(full_queue_wakes_the_loop_when_it_has_room)
{
	struct queue *queue = new_queue(2, PROCESSORS);

	ck_assert(!queue_push(queue, ITEM(0)));
	ck_assert(queue_push(queue, ITEM(1)));
	ck_assert(queue_push(queue, ITEM(2)));
	ck_assert(queue_is_full(queue));
	ck_assert_uint_eq(queue_depth(queue), 3);
	ck_assert_ptr_eq(queue_pop(queue), ITEM(0));
	ck_assert(queue_is_full(queue));
	ck_assert_ptr_eq(queue_pop(queue), ITEM(1));
	/* Returns only because it was woken. */
	loop_turn(loop, deadline_never());
	ck_assert(!queue_is_full(queue));
	ck_assert_ptr_eq(queue_pop(queue), ITEM(2));
	free_queue(queue);
}
END_TEST

START_TEST(closed_queue_returns_the_remaining_items_and_then_null)
{
	struct queue *queue = new_queue(2, PROCESSORS);

	queue_push(queue, ITEM(0));
	queue_close(queue);
	ck_assert_ptr_eq(queue_pop(queue), ITEM(0));
	ck_assert_ptr_null(queue_pop(queue));
	ck_assert_ptr_null(queue_pop(queue));
	free_queue(queue);
}
END_TEST

static bool
is_even(void *context, struct connection *connection)
{
	int *asked = context;

	ck_assert_ptr_eq(connection, ITEM(*asked));
	(*asked)++;
	return *asked % 2 == 1;
}

START_TEST(removing_items_keeps_the_order_of_the_queue)
{
	struct queue *queue = new_queue(5, PROCESSORS);
	struct connection_list out = TAILQ_HEAD_INITIALIZER(out);
	int asked = 0;

	for (int i = 0; i < 5; i++)
		queue_push(queue, ITEM(i));
	ck_assert_uint_eq(queue_sift(queue, is_even, &asked, &out), 2);
	ck_assert_int_eq(asked, 5);
	ck_assert_uint_eq(queue_depth(queue), 3);
	ck_assert_ptr_eq(TAILQ_FIRST(&out), ITEM(1));
	ck_assert_ptr_eq(TAILQ_NEXT(TAILQ_FIRST(&out), link), ITEM(3));
	queue_push(queue, ITEM(5));
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_eq(queue_pop(queue), ITEM(i < 3 ? 2 * i : 5));
	free_queue(queue);
}
END_TEST

/* Takes an item and keeps it; the queue believes that the thread is computing. */
static void *
take_one(void *argument)
{
	queue_pop(argument);
	atomic_fetch_add(&taken, 1);
	return NULL;
}

/*
 * Adds workers, each with a connection of its own, until one of them sleeps although
 * its connection is queued, because the others compute. Returns the number of workers.
 */
static int
fill_processors(struct queue *queue, pthread_t threads[], int most)
{
	int count = 0;

	do {
		ck_assert_int_lt(count, most);
		pthread_create(&threads[count], NULL, take_one, queue);
		usleep(1000); /* lets it sleep; if it does not yet, the next one will */
		queue_push(queue, ITEM(count));
		count++;
		while (atomic_load(&taken) < count &&
		       deadline_left_ms(queue_hurry(queue)) == -1)
			sched_yield();
	} while (atomic_load(&taken) == count);
	return count;
}

START_TEST(queue_head_gets_a_worker_after_the_wait_limit_if_all_are_busy)
{
	struct queue *queue = new_queue(MANY, PROCESSORS);
	pthread_t threads[MANY];

	virtualtime_start(1, NULL);
	ck_assert_int_eq(deadline_left_ms(queue_hurry(queue)), -1);
	int count = fill_processors(queue, threads, MANY);
	virtualtime_pass(QUEUE_PATIENCE_MS - 1);
	ck_assert_int_eq(deadline_left_ms(queue_hurry(queue)), 1);
	ck_assert_int_eq(atomic_load(&taken), count - 1);
	virtualtime_pass(1);
	queue_hurry(queue);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(deadline_left_ms(queue_hurry(queue)), -1);
	virtualtime_end();
	free_queue(queue);
}
END_TEST

static void *
count_pops(void *argument)
{
	struct queue *queue = argument;
	intptr_t count = 0;

	while (queue_pop(queue) != NULL) {
		count++;
		queue_done(queue);
	}
	return (void *)count;
}

START_TEST(many_consumers_get_each_item_once)
{
	struct queue *queue = new_queue(7, PROCESSORS);
	pthread_t threads[4];
	intptr_t total = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, count_pops, queue);
	for (int i = 0; i < 1000; i++)
		queue_push(queue, ITEM(i));
	queue_close(queue);
	for (int i = 0; i < 4; i++) {
		void *count;
		pthread_join(threads[i], &count);
		total += (intptr_t)count;
	}
	ck_assert_int_eq(total, 1000);
	free_queue(queue);
}
END_TEST

START_TEST(queue_is_drained_by_more_consumers_than_processors)
{
	struct queue *queue = new_queue(7, 1);
	pthread_t threads[4];
	intptr_t total = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, count_pops, queue);
	for (int i = 0; i < 1000; i++) {
		queue_push(queue, ITEM(i));
		/* No further push may come that would wake another thread. */
		while (queue_depth(queue) > 0)
			sched_yield();
	}
	queue_close(queue);
	for (int i = 0; i < 4; i++) {
		void *count;
		pthread_join(threads[i], &count);
		total += (intptr_t)count;
	}
	ck_assert_int_eq(total, 1000);
	free_queue(queue);
}
END_TEST

struct consumer {
	struct queue *queue;
	sem_t may_wait, may_end;
	_Atomic(size_t) *begun;
};

/* Takes an item, reports that it waits when it may, and ends when it may. */
static void *
wait_with_one(void *argument)
{
	struct consumer *consumer = argument;

	ck_assert_ptr_nonnull(queue_pop(consumer->queue));
	atomic_fetch_add(consumer->begun, 1);
	sync_take(&consumer->may_wait);
	queue_wait(consumer->queue);
	sync_take(&consumer->may_end);
	return NULL;
}

/* All items are queued before a consumer reports that it waits; none calls queue_done(). */
START_TEST(blocked_consumer_yields_to_the_next_one)
{
	enum { CONSUMERS = 5 };
	struct queue *queue = new_queue(CONSUMERS, 1);
	_Atomic(size_t) begun = 0;
	struct consumer consumer = { .queue = queue, .begun = &begun };
	pthread_t threads[CONSUMERS];

	sync_semaphore_init(&consumer.may_wait);
	sync_semaphore_init(&consumer.may_end);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_create(&threads[i], NULL, wait_with_one, &consumer);
	for (int i = 0; i < CONSUMERS; i++)
		queue_push(queue, ITEM(i));
	for (size_t i = 1; i <= CONSUMERS; i++) {
		while (begun < i)
			sched_yield();
		sync_post(&consumer.may_wait);
	}
	ck_assert_uint_eq(queue_depth(queue), 0);
	for (int i = 0; i < CONSUMERS; i++)
		sync_post(&consumer.may_end);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_join(threads[i], NULL);
	sync_semaphore_fini(&consumer.may_wait);
	sync_semaphore_fini(&consumer.may_end);
	free_queue(queue);
}
END_TEST

SUITE("queue", first_in_is_first_out, full_queue_wakes_the_loop_when_it_has_room,
    closed_queue_returns_the_remaining_items_and_then_null,
    removing_items_keeps_the_order_of_the_queue, many_consumers_get_each_item_once,
    queue_is_drained_by_more_consumers_than_processors,
    blocked_consumer_yields_to_the_next_one,
    queue_head_gets_a_worker_after_the_wait_limit_if_all_are_busy)
