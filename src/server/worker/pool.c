/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker threads. */
#include "server/worker/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/conversation.h"
#include "server/worker/queue.h"
#include "server/worker/returns.h"
#include "server/connection/stats.h"
#include "tls/transport/transport.h"

struct worker {
	struct pool *pool;
	pthread_t thread;
	size_t number; /* from 1 on; for stats_enlist() */
	struct transport transport;
};

struct pool {
	struct queue *queue;
	struct returns *returns;
	_Atomic(uint64_t) served;
	size_t count;
	struct worker *workers;
};

static void
serve_connection(struct worker *worker, struct connection *connection)
{
	struct pool *pool = worker->pool;

	conversation_serve(connection, &worker->transport);
	returns_give(pool->returns, connection);
	if (!transport_has_waited(&worker->transport))
		queue_done(pool->queue);
	/* Last, so that every served connection has been given away. */
	atomic_fetch_add_explicit(&pool->served, 1, memory_order_release);
}

static bool
on_wait(void *context)
{
	return queue_wait(context);
}

static bool
is_needed(void *context)
{
	return queue_lacks(context);
}

static void *
run_worker(void *argument)
{
	struct worker *worker = argument;
	struct connection *connection;

	stats_enlist(worker->number);
	while ((connection = queue_pop(worker->pool->queue)) != NULL)
		serve_connection(worker, connection);
	return NULL;
}

static int
start_worker(struct worker *worker, struct pool *pool, size_t stack_bytes)
{
	pthread_attr_t attributes;

	*worker = (struct worker){ .pool = pool, .number = pool->count + 1 };
	if (transport_init(&worker->transport) < 0)
		return ENOMEM;
	transport_tell(&worker->transport, on_wait, is_needed, pool->queue);
	pthread_attr_init(&attributes);
	int error = pthread_attr_setstacksize(&attributes, stack_bytes);
	if (error == 0)
		error =
		    pthread_create(&worker->thread, &attributes, run_worker, worker);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return 0;
	transport_fini(&worker->transport);
	return error;
}

struct pool *
pool_start(
    size_t count, size_t stack_bytes, struct queue *queue, struct returns *returns)
{
	struct pool *pool = memory_new(sizeof *pool);

	pool->queue = queue;
	pool->returns = returns;
	pool->workers = memory_new(count * sizeof *pool->workers);
	for (; pool->count < count; pool->count++) {
		int error =
		    start_worker(&pool->workers[pool->count], pool, stack_bytes);
		if (error == 0)
			continue;
		queue_close(queue);
		pool_stop(pool);
		errno = error;
		return NULL;
	}
	return pool;
}

uint64_t
pool_served(const struct pool *pool)
{
	return atomic_load_explicit(&pool->served, memory_order_acquire);
}

void
pool_stop(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		pthread_join(worker->thread, NULL);
		transport_fini(&worker->transport);
	}
	free(pool->workers);
	free(pool);
}
