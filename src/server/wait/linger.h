/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WAIT_LINGER_H
#define TLSD_SERVER_WAIT_LINGER_H

/*
 * The last stage. Our side of the connection is shut down. The client's bytes are read and thrown
 * away until it closes too, so that no reset of ours destroys an answer on its way. The stage is
 * limited in bytes, and in time by close-timeout. A client that was answered early has until
 * handshake-timeout to finish its handshake. A client that still takes its answer has until
 * max-lifetime, if it goes on within idle-timeout. Workers hand connections over with
 * linger_give(); all other functions belong to the main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct connection;
struct linger_list; /* struct linger is the socket option */
struct loop;

/*
 * `returned(context, connection)` is called for each connection that a worker gave, before it
 * lingers or is closed. If it returns true, it has taken the connection over, and neither
 * happens.
 */
struct linger_list *linger_new(struct loop *loop,
    bool (*returned)(void *context, struct connection *connection), void *context);

/* Closes all lingering connections. All workers must have ended. */
void linger_free(struct linger_list *linger);

/* Sets how long a client may take to close, from the next connection on. */
void linger_limit(struct linger_list *linger, int64_t close_timeout_ms);

/* Takes a connection over from a worker, and makes the main thread collect it soon. Any
 * thread. */
void linger_give(struct linger_list *linger, struct connection *connection);

/* Takes a connection over in the main thread. */
void linger_add(struct linger_list *linger, struct connection *connection);

/*
 * Collects the connections that the workers gave, after a delay that lets their clients close
 * too, so that most need no further wait. Closes those whose time is up. Returns when to call it
 * again.
 */
struct deadline linger_expire(struct linger_list *linger);

/* Closes the connection whose time is up next. Returns false if none lingers. */
bool linger_evict(struct linger_list *linger);

/* Returns how many connections linger, including those that are not collected yet. */
size_t linger_count(struct linger_list *linger);

#endif
