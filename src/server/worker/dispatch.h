/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WORKER_DISPATCH_H
#define TLSD_SERVER_WORKER_DISPATCH_H

/*
 * Brings connections to the workers. A connection that can go on is enqueued if its service may
 * have one more worker, and waits in the service queue otherwise. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct connection;
struct dispatch;
struct queue;

/* Makes a dispatch to `queue`, which outlives it. */
struct dispatch *dispatch_new(struct queue *queue);

/* Closes the connections that wait for a worker of their service. Accepts NULL. */
void dispatch_free(struct dispatch *dispatch);

/* Sets how many connections may wait for a worker of their service, from the next one on. */
void dispatch_limit(struct dispatch *dispatch, size_t max);

/* Takes a connection that has been admitted, or that was parked and can go on. */
void dispatch_add(struct dispatch *dispatch, struct connection *connection);

/* True if there are so many queued connections that no more should be accepted. The main thread is
 * woken when there is room. */
bool dispatch_is_full(struct dispatch *dispatch);

/* Enqueues connections whose services may have more workers now, and ends the waits whose time is
 * up. Returns when to call it again. */
struct deadline dispatch_expire(struct dispatch *dispatch);

/*
 * Refuses the connections that wait for a worker, because the server is stopping, except for
 * those that only a worker can end. Those are killed.
 */
void dispatch_clear(struct dispatch *dispatch);

/* Returns how many connections wait for a worker of their service. */
size_t dispatch_waiting(const struct dispatch *dispatch);

/* Returns how many connections the workers have got, or will get from the queue, since the
 * start. A connection counts each time. */
uint64_t dispatch_enqueued(const struct dispatch *dispatch);

#endif
