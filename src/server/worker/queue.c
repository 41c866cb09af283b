/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue between the main thread and the workers. */
#include "server/worker/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/thread/sync.h"
#include "server/connection/connection.h"
#include "server/event/loop.h"

/* A sleeping worker, on its own stack. */
struct sleeper {
	sem_t woken;
	struct sleeper *next;
};

struct queue {
	pthread_mutex_t mutex;
	struct connection_list list;
	size_t capacity, count;
	/* The last to sleep is woken first. Under light load few workers do all the work, with
	 * their stacks and buffers warm in the caches, however many there are. */
	struct sleeper *sleepers;
	size_t waking; /* woken, but have not locked the queue again yet */
	size_t computing; /* have a connection, and have not reported a wait */
	size_t processors;
	struct deadline patience; /* another worker is woken after it */
	bool closed;
	bool awaited; /* it was full, and the main thread waits for room */
	struct loop *loop;
};

struct queue *
queue_new(size_t capacity, size_t processors, struct loop *loop)
{
	struct queue *queue = memory_new(sizeof *queue);

	assert(capacity > 0 && processors > 0);
	TAILQ_INIT(&queue->list);
	queue->capacity = capacity;
	queue->processors = processors;
	queue->loop = loop;
	sync_mutex_init(&queue->mutex);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	sync_mutex_fini(&queue->mutex);
	free(queue);
}

/* Takes out a worker to be woken. The caller holds the mutex and has seen that one sleeps. */
static struct sleeper *
take_first_sleeper(struct queue *queue)
{
	struct sleeper *sleeper = queue->sleepers;

	queue->sleepers = sleeper->next;
	queue->waking++;
	return sleeper;
}

/*
 * Takes out the worker to be woken, under the mutex, or returns NULL if none is needed. Each
 * worker that is waking up takes one connection, and so may one that was not asleep. While each
 * processor has a computing worker, one more could only take turns with them; the first that
 * finishes, or has to wait, takes the next connection. The caller wakes the worker without the
 * mutex, so that it does not run into the lock of the thread that woke it.
 */
static struct sleeper *
take_sleeper(struct queue *queue)
{
	if (queue->sleepers == NULL || queue->waking >= queue->count ||
	    queue->computing + queue->waking >= queue->processors)
		return NULL;
	return take_first_sleeper(queue);
}

/* Under the mutex. */
static bool
await_room(struct queue *queue)
{
	queue->awaited = queue->count >= queue->capacity;
	return queue->awaited;
}

bool
queue_push(struct queue *queue, struct connection *connection)
{
	sync_lock(&queue->mutex);
	assert(!queue->closed);
	if (queue->count++ == 0)
		queue->patience = deadline_in(QUEUE_PATIENCE_MS);
	TAILQ_INSERT_TAIL(&queue->list, connection, link);
	struct sleeper *sleeper = take_sleeper(queue);
	bool full = await_room(queue);
	sync_unlock(&queue->mutex);
	if (sleeper != NULL)
		sync_post(&sleeper->woken);
	return full;
}

bool
queue_is_full(struct queue *queue)
{
	sync_lock(&queue->mutex);
	bool full = await_room(queue);
	sync_unlock(&queue->mutex);
	return full;
}

/* Takes the first connection out, under the mutex. Sets `*room` if the main thread waits for
 * that. */
static struct connection *
take_first(struct queue *queue, bool *room)
{
	struct connection *connection = TAILQ_FIRST(&queue->list);

	TAILQ_REMOVE(&queue->list, connection, link);
	if (--queue->count > 0)
		queue->patience = deadline_in(QUEUE_PATIENCE_MS);
	*room = queue->awaited && queue->count < queue->capacity;
	if (*room)
		queue->awaited = false;
	return connection;
}

/* Sleeps until woken; releases the mutex meanwhile. */
static void
sleep_in_line(struct queue *queue)
{
	struct sleeper self = { .next = queue->sleepers };

	sync_semaphore_init(&self.woken);
	/* The thread that wakes it has taken it out, so it is in no list after this. */
	/* cppcheck-suppress autoVariables */
	queue->sleepers = &self;
	sync_unlock(&queue->mutex);
	sync_take(&self.woken);
	sync_semaphore_fini(&self.woken);
	sync_lock(&queue->mutex);
	queue->waking--;
}

struct connection *
queue_pop(struct queue *queue)
{
	struct connection *connection = NULL;
	bool room = false;

	sync_lock(&queue->mutex);
	while (queue->count == 0 && !queue->closed)
		sleep_in_line(queue);
	if (queue->count > 0) {
		connection = take_first(queue, &room);
		queue->computing++;
	}
	sync_unlock(&queue->mutex);
	if (room)
		loop_wake(queue->loop);
	return connection;
}

/* True if no worker sleeps although connections are queued. Under the mutex. */
static bool
lacks_worker(const struct queue *queue)
{
	return queue->sleepers == NULL && queue->count > queue->waking;
}

bool
queue_wait(struct queue *queue)
{
	sync_lock(&queue->mutex);
	queue->computing--;
	struct sleeper *sleeper = take_sleeper(queue);
	bool lacks = lacks_worker(queue);
	sync_unlock(&queue->mutex);
	if (sleeper != NULL)
		sync_post(&sleeper->woken);
	return lacks;
}

bool
queue_lacks(struct queue *queue)
{
	sync_lock(&queue->mutex);
	bool lacks = lacks_worker(queue);
	sync_unlock(&queue->mutex);
	return lacks;
}

struct deadline
queue_hurry(struct queue *queue)
{
	struct sleeper *sleeper = NULL;
	struct deadline next = deadline_never();

	sync_lock(&queue->mutex);
	if (queue->sleepers != NULL && queue->count > queue->waking) {
		if (deadline_passed(queue->patience)) {
			sleeper = take_first_sleeper(queue);
			queue->patience = deadline_in(QUEUE_PATIENCE_MS);
		}
		next = queue->patience;
	}
	sync_unlock(&queue->mutex);
	if (sleeper != NULL)
		sync_post(&sleeper->woken);
	return next;
}

void
queue_done(struct queue *queue)
{
	sync_lock(&queue->mutex);
	queue->computing--;
	sync_unlock(&queue->mutex);
}

size_t
queue_sift(struct queue *queue,
    bool (*keeps)(void *context, struct connection *connection), void *context,
    struct connection_list *out)
{
	struct connection_list all = TAILQ_HEAD_INITIALIZER(all);
	struct connection *connection;
	size_t moved = 0;

	sync_lock(&queue->mutex);
	TAILQ_CONCAT(&all, &queue->list, link);
	while ((connection = TAILQ_FIRST(&all)) != NULL) {
		bool kept = keeps(context, connection);
		TAILQ_REMOVE(&all, connection, link);
		TAILQ_INSERT_TAIL(kept ? &queue->list : out, connection, link);
		moved += !kept;
	}
	queue->count -= moved;
	sync_unlock(&queue->mutex);
	return moved;
}

void
queue_close(struct queue *queue)
{
	sync_lock(&queue->mutex);
	queue->closed = true;
	while (queue->sleepers != NULL) {
		struct sleeper *sleeper = take_first_sleeper(queue);
		sync_post(&sleeper->woken);
	}
	sync_unlock(&queue->mutex);
}

size_t
queue_depth(struct queue *queue)
{
	sync_lock(&queue->mutex);
	size_t depth = queue->count;
	sync_unlock(&queue->mutex);
	return depth;
}
