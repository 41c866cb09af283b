/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WORKER_RETURNS_H
#define TLSD_SERVER_WORKER_RETURNS_H

/*
 * The way back: connections that workers give to the main thread, parked or served. A served
 * connection is collected after a short delay, unless another one waits for its worker. Most
 * clients close within a round trip, so most need neither epoll_ctl(2) nor a turn of the loop of
 * their own after it.
 */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct connection_list;
struct loop;
struct returns;

/* Makes an empty way back to the thread of `loop`, which outlives it. */
struct returns *returns_new(struct loop *loop);

/* Closes the connections that were not collected. All workers must have ended. Accepts NULL. */
void returns_free(struct returns *returns);

/* Gives a connection to the main thread, and wakes it in time. Any thread. */
void returns_give(struct returns *returns, struct connection *connection);

/* Appends the given connections to `list` if it is time to collect them. Returns when there will
 * be more to collect, or never. Main thread. */
struct deadline returns_collect(struct returns *returns, struct connection_list *list);

/* Returns how many connections are given and not collected. Any thread. */
size_t returns_count(struct returns *returns);

#endif
