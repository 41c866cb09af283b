/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded queue between the main thread and the workers. */
#include "server/worker/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/thread/sync.h"

/* A sleeping worker, on its own stack. */
struct sleeper {
	sem_t woken;
	struct sleeper *next;
};

struct queue {
	pthread_mutex_t mutex;
	struct connection **ring;
	size_t capacity, first, count;
	/* The last to sleep is woken first. Under light load few workers do all the work, with
	 * their stacks and buffers warm in the caches, however many there are. */
	struct sleeper *sleepers;
	size_t waking; /* woken, but have not locked the queue again yet */
	size_t computing; /* have a connection, and have not reported a wait */
	size_t processors;
	struct deadline patience; /* another worker is woken after it */
	bool closed, refused;
	void (*on_space)(void *context);
	void *context;
};

struct queue *
queue_new(
    size_t capacity, size_t processors, void (*on_space)(void *context), void *context)
{
	struct queue *queue = memory_new(sizeof *queue);

	assert(capacity > 0 && processors > 0);
	queue->ring = memory_new(capacity * sizeof *queue->ring);
	queue->capacity = capacity;
	queue->processors = processors;
	queue->on_space = on_space;
	queue->context = context;
	sync_mutex_init(&queue->mutex);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	sync_mutex_fini(&queue->mutex);
	free(queue->ring);
	free(queue);
}

/* Takes out a worker to be woken. The caller holds the mutex and has seen that one sleeps. */
static struct sleeper *
rouse(struct queue *queue)
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
	return rouse(queue);
}

bool
queue_push(struct queue *queue, struct connection *connection)
{
	struct sleeper *sleeper = NULL;

	sync_lock(&queue->mutex);
	bool taken = !queue->closed && queue->count < queue->capacity;
	if (taken) {
		if (queue->count == 0)
			queue->patience = deadline_in(QUEUE_PATIENCE_MS);
		size_t last = (queue->first + queue->count++) % queue->capacity;
		queue->ring[last] = connection;
		sleeper = take_sleeper(queue);
	} else {
		queue->refused = true;
	}
	sync_unlock(&queue->mutex);
	if (sleeper != NULL)
		sync_post(&sleeper->woken);
	return taken;
}

/* Takes the first connection out, under the mutex. Sets `*space` if a push had been refused. */
static struct connection *
take_first(struct queue *queue, bool *space)
{
	struct connection *connection = queue->ring[queue->first];

	queue->first = (queue->first + 1) % queue->capacity;
	if (--queue->count > 0)
		queue->patience = deadline_in(QUEUE_PATIENCE_MS);
	*space = queue->refused;
	queue->refused = false;
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
	bool space = false;

	sync_lock(&queue->mutex);
	while (queue->count == 0 && !queue->closed)
		sleep_in_line(queue);
	if (queue->count > 0) {
		connection = take_first(queue, &space);
		queue->computing++;
	}
	sync_unlock(&queue->mutex);
	if (space)
		queue->on_space(queue->context);
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
			sleeper = rouse(queue);
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
    bool (*keeps)(void *context, struct connection *connection), void *context)
{
	size_t kept = 0;

	sync_lock(&queue->mutex);
	for (size_t i = 0; i < queue->count; i++) {
		struct connection *connection =
		    queue->ring[(queue->first + i) % queue->capacity];
		if (keeps(context, connection))
			queue->ring[(queue->first + kept++) % queue->capacity] =
			    connection;
	}
	size_t out = queue->count - kept;
	queue->count = kept;
	sync_unlock(&queue->mutex);
	return out;
}

void
queue_close(struct queue *queue)
{
	sync_lock(&queue->mutex);
	queue->closed = true;
	while (queue->sleepers != NULL) {
		struct sleeper *sleeper = rouse(queue);
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
