/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WORKER_SERVICEQUEUE_H
#define TLSD_SERVER_WORKER_SERVICEQUEUE_H

/* Admitted connections whose service has all the workers that it may have. They wait in one line
 * for each service, until their handshake would be too late. Main thread. */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct servicequeue;

struct servicequeue *servicequeue_new(void);

/* Closes all waiting connections. Accepts NULL. */
void servicequeue_free(struct servicequeue *servicequeue);

/* Sets how many connections may wait, from the next one on. */
void servicequeue_limit(struct servicequeue *servicequeue, size_t max);

/* Takes the connection. If too many wait, the oldest one of the client with the most waiting is
 * closed. */
void servicequeue_add(struct servicequeue *servicequeue, struct connection *connection);

/* Takes out a connection whose service may have one more worker, and takes that worker for it.
 * Returns NULL if there is none. */
struct connection *servicequeue_take(struct servicequeue *servicequeue);

/* Closes the connections whose time is up; returns when the next one's will be. */
struct deadline servicequeue_expire(struct servicequeue *servicequeue);

/* Closes all connections, because the server is stopping. */
void servicequeue_clear(struct servicequeue *servicequeue);

size_t servicequeue_count(const struct servicequeue *servicequeue);

#endif
