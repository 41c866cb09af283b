/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WAIT_SERVICEQUEUE_H
#define TLSD_SERVER_WAIT_SERVICEQUEUE_H

/* Admitted connections whose service has all the workers that it may have. They wait in one line
 * for each service, until their handshake would be too late. Main thread. */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct gate;
struct standby;

struct standby *standby_new(void);

/* Closes all waiting connections. */
void standby_free(struct standby *standby);

/* Sets how many connections may wait, from the next one on. */
void standby_limit(struct standby *standby, size_t max);

/* Takes the connection. If too many wait, the oldest one of the client with the most waiting is
 * closed. */
void standby_add(struct standby *standby, struct connection *connection);

/* Takes out the connection that has waited longest for a worker of `gate`; returns NULL if none
 * waits. */
struct connection *standby_take(struct standby *standby, const struct gate *gate);

/* Closes the connections whose time is up; returns when the next one's will be. */
struct deadline standby_expire(struct standby *standby);

/* Closes all connections, because the server is stopping. */
void standby_clear(struct standby *standby);

size_t standby_count(const struct standby *standby);

#endif
