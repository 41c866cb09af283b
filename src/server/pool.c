/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker threads. */
#include "server/pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/sync.h"
#include "server/connection.h"
#include "server/linger.h"
#include "server/queue.h"
#include "tls/transport.h"

struct worker {
	struct pool *pool;
	pthread_t thread;
	struct transport transport;
	pthread_mutex_t mutex;
	int fd; /* of the connection in work, or -1; under the mutex */
};

struct pool {
	struct queue *queue;
	struct linger_list *linger;
	_Atomic(uint64_t) served;
	size_t count;
	struct worker *workers;
};

static void
set_fd(struct worker *worker, int fd)
{
	sync_lock(&worker->mutex);
	worker->fd = fd;
	sync_unlock(&worker->mutex);
}

static void
serve(struct worker *worker, struct connection *connection)
{
	struct pool *pool = worker->pool;

	set_fd(worker, connection->fd);
	connection_serve(connection, &worker->transport);
	set_fd(worker, -1);
	linger_give(pool->linger, connection);
	/* Last, so that all that was served has been given away too. */
	atomic_fetch_add_explicit(&pool->served, 1, memory_order_release);
}

static void *
work(void *argument)
{
	struct worker *worker = argument;
	struct connection *connection;

	while ((connection = queue_pop(worker->pool->queue)) != NULL)
		serve(worker, connection);
	return NULL;
}

static int
start_worker(struct worker *worker, struct pool *pool, size_t stack_bytes)
{
	pthread_attr_t attributes;

	*worker = (struct worker){ .pool = pool, .fd = -1 };
	if (transport_init(&worker->transport) < 0)
		return ENOMEM;
	sync_mutex_init(&worker->mutex);
	pthread_attr_init(&attributes);
	int error = pthread_attr_setstacksize(&attributes, stack_bytes);
	if (error == 0)
		error = pthread_create(&worker->thread, &attributes, work, worker);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return 0;
	sync_mutex_fini(&worker->mutex);
	transport_fini(&worker->transport);
	return error;
}

struct pool *
pool_start(
    size_t count, size_t stack_bytes, struct queue *queue, struct linger_list *linger)
{
	struct pool *pool = memory_new(sizeof *pool);

	pool->queue = queue;
	pool->linger = linger;
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
pool_cut(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		sync_lock(&worker->mutex);
		if (worker->fd >= 0)
			shutdown(worker->fd, SHUT_RDWR);
		sync_unlock(&worker->mutex);
	}
}

void
pool_stop(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		pthread_join(worker->thread, NULL);
		sync_mutex_fini(&worker->mutex);
		transport_fini(&worker->transport);
	}
	free(pool->workers);
	free(pool);
}
