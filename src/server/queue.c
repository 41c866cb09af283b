/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded queue between main thread and workers. */
#include "server/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sync.h"

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t ready; /* something to pop, or closed */
	struct connection **ring;
	size_t capacity, first, count;
	size_t sleepers; /* workers that wait in queue_pop() */
	bool closed, refused;
	void (*on_space)(void *context);
	void *context;
};

struct queue *
queue_new(size_t capacity, void (*on_space)(void *context), void *context)
{
	struct queue *queue = memory_new(sizeof *queue);

	assert(capacity > 0);
	queue->ring = memory_new(capacity * sizeof *queue->ring);
	queue->capacity = capacity;
	queue->on_space = on_space;
	queue->context = context;
	sync_mutex_init(&queue->mutex);
	sync_condition_init(&queue->ready);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	sync_condition_fini(&queue->ready);
	sync_mutex_fini(&queue->mutex);
	free(queue->ring);
	free(queue);
}

bool
queue_push(struct queue *queue, struct connection *connection)
{
	sync_lock(&queue->mutex);
	bool taken = !queue->closed && queue->count < queue->capacity;
	bool wake = taken && queue->sleepers > 0;
	if (taken) {
		size_t last = (queue->first + queue->count++) % queue->capacity;
		queue->ring[last] = connection;
	} else {
		queue->refused = true;
	}
	sync_unlock(&queue->mutex);
	if (wake)
		sync_signal(&queue->ready);
	return taken;
}

/* Takes the first one out, under the mutex; `*space` tells that a push had been refused. */
static struct connection *
take_first(struct queue *queue, bool *space)
{
	if (queue->count == 0)
		return NULL;
	struct connection *connection = queue->ring[queue->first];
	queue->first = (queue->first + 1) % queue->capacity;
	queue->count--;
	*space = queue->refused;
	queue->refused = false;
	return connection;
}

struct connection *
queue_pop(struct queue *queue)
{
	bool space = false;

	sync_lock(&queue->mutex);
	queue->sleepers++;
	while (queue->count == 0 && !queue->closed)
		sync_wait(&queue->ready, &queue->mutex);
	queue->sleepers--;
	struct connection *connection = take_first(queue, &space);
	sync_unlock(&queue->mutex);
	if (space)
		queue->on_space(queue->context);
	return connection;
}

struct connection *
queue_try_pop(struct queue *queue)
{
	bool space = false;

	sync_lock(&queue->mutex);
	struct connection *connection = take_first(queue, &space);
	sync_unlock(&queue->mutex);
	return connection;
}

void
queue_close(struct queue *queue)
{
	sync_lock(&queue->mutex);
	queue->closed = true;
	sync_unlock(&queue->mutex);
	sync_broadcast(&queue->ready);
}

size_t
queue_depth(struct queue *queue)
{
	sync_lock(&queue->mutex);
	size_t depth = queue->count;
	sync_unlock(&queue->mutex);
	return depth;
}
