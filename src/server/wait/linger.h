/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WAIT_LINGER_H
#define TLSD_SERVER_WAIT_LINGER_H

/*
 * The last stage. Our side of the connection is shut down. The client's bytes are read and thrown
 * away until it closes too, so that no reset of ours destroys an answer on its way. The stage is
 * limited in bytes, and in time by close-timeout. A client that was answered early has until
 * handshake-timeout to finish its handshake. A client that still takes its answer has until
 * max-lifetime, if it goes on within idle-timeout, or within handshake-timeout if at most
 * CONNECTION_KERNEL_KEEPS bytes are left; and then another close-timeout. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct connection;
struct linger_list; /* struct linger is the socket option */
struct loop;

/* `loop` outlives it. */
struct linger_list *linger_new(struct loop *loop);

/* Closes all lingering connections. Accepts NULL. */
void linger_free(struct linger_list *linger);

/* Sets how long a client may take to close, from the next connection on. */
void linger_limit(struct linger_list *linger, int64_t close_timeout_ms);

/* Takes the connection, which has been answered or turned away. */
void linger_add(struct linger_list *linger, struct connection *connection);

/* Closes the connections whose time is up. Returns when to call it again. */
struct deadline linger_expire(struct linger_list *linger);

/* Closes the connection whose time is up next. Returns false if none lingers. */
bool linger_evict(struct linger_list *linger);

size_t linger_count(const struct linger_list *linger);

#endif
