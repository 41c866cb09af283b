/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_QUEUE_H
#define TLSD_SERVER_QUEUE_H

/*
 * The bounded queue, first in first out, between the main thread and the workers. A full
 * one refuses, so that the main thread can stop accepting and the kernel's backlog holds.
 * Any thread may call anything; the queue owns nothing that is in it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct queue;

/*
 * A queue for `capacity` connections, at least one, on a machine with as many `processors`,
 * at least one. `on_space(context)` is called, without a lock held, when a pop makes room in
 * a queue that had refused.
 */
struct queue *queue_new(
    size_t capacity, size_t processors, void (*on_space)(void *context), void *context);

/* No thread may be using it. */
void queue_free(struct queue *queue);

/* False when the queue is full or closed. */
bool queue_push(struct queue *queue, struct connection *connection);

/*
 * Waits for one; NULL once the queue is closed and empty. From then on the caller is said to
 * compute, and has to say once for each connection that this is over. While as many compute
 * as there are processors, nobody is woken.
 */
struct connection *queue_pop(struct queue *queue);

/* The caller is going to wait for something else: another may be woken in its place. Returns
 * whether there is none, although there is something to do. */
bool queue_wait(struct queue *queue);

/* The same question without that. */
bool queue_lacks(struct queue *queue);

/*
 * Wakes one more worker, however many compute, if no connection was taken out for
 * QUEUE_PATIENCE_MS: a worker that is counted as computing may wait without having said so.
 * Returns the time of the next call; never if no worker sleeps or no connection is queued.
 */
#define QUEUE_PATIENCE_MS 5
struct deadline queue_hurry(struct queue *queue);

/* The caller will pop at once. */
void queue_done(struct queue *queue);

/*
 * Takes out those of which `keeps(context, connection)` says no: each is asked about once, in
 * order and with a lock held. Whoever waits for space is not told. Returns how many were
 * taken out.
 */
size_t queue_sift(struct queue *queue,
    bool (*keeps)(void *context, struct connection *connection), void *context);

/* No more pushes; those who wait in queue_pop() get what is left, then NULL. */
void queue_close(struct queue *queue);

size_t queue_depth(struct queue *queue);

#endif
