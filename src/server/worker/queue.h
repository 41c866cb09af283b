/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WORKER_QUEUE_H
#define TLSD_SERVER_WORKER_QUEUE_H

/*
 * The queue, first in first out, between the main thread and the workers. It links the connections
 * themselves, so a push cannot fail. Once it is full, the main thread stops accepting, and new
 * clients stay in the kernel's backlog. Any thread may call any function; the queue does not own
 * its connections.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct connection_list;
struct loop;
struct queue;

/* Makes a queue that is full with `capacity` connections, for a number of `processors`, both at
 * least one. `loop` outlives it. */
struct queue *queue_new(size_t capacity, size_t processors, struct loop *loop);

/* Frees the queue, which no thread may use any more. */
void queue_free(struct queue *queue);

/* Appends the connection; the queue must not be closed. Returns queue_is_full(). */
bool queue_push(struct queue *queue, struct connection *connection);

/* True if the queue has as many connections as its capacity. If so, it wakes the loop once a pop
 * has made room. */
bool queue_is_full(struct queue *queue);

/*
 * Waits for a connection; returns NULL once the queue is closed and empty. From then on the
 * caller counts as computing. It must call queue_wait() or queue_done() once for each connection.
 * While as many workers compute as there are processors, none is woken.
 */
struct connection *queue_pop(struct queue *queue);

/* Tells the queue that the caller is going to wait for something else: another worker may be
 * woken. Returns true if no worker is free although connections are queued. */
bool queue_wait(struct queue *queue);

/* Returns the result of queue_wait() without its effect. */
bool queue_lacks(struct queue *queue);

/*
 * Wakes one more worker, however many compute, if no connection was taken out for
 * QUEUE_PATIENCE_MS: a worker that counts as computing may wait without having said so. Returns
 * when to call it again; never if no worker sleeps or no connection is queued.
 */
#define QUEUE_PATIENCE_MS 5
struct deadline queue_hurry(struct queue *queue);

/* Tells the queue that the caller has stopped computing, and pops at once. */
void queue_done(struct queue *queue);

/* Moves the connections for which `keeps(context, connection)` returns false to the end of `out`.
 * It is called once for each, in order and with a lock held. Returns how many were moved. */
size_t queue_sift(struct queue *queue,
    bool (*keeps)(void *context, struct connection *connection), void *context,
    struct connection_list *out);

/* Closes the queue: no push may follow. Workers that wait in queue_pop() get the remaining
 * connections, then NULL. */
void queue_close(struct queue *queue);

size_t queue_depth(struct queue *queue);

#endif
