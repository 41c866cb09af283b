/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LINGER_H
#define TLSD_SERVER_LINGER_H

/*
 * The last stage: our side of the connection is shut down, and what the client still sends
 * is read and thrown away until it closes too, so that no reset of ours destroys an answer
 * on its way. Bounded in bytes, and in time by close-timeout; but a client that was answered
 * early has until handshake-timeout to finish its handshake, and one that still takes its
 * answer, as long as it goes on within idle-timeout, until max-lifetime. Workers hand
 * connections over with linger_give(); all else belongs to the main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct connection;
struct linger_list; /* struct linger is the socket option's */
struct loop;

/* `returned(context, connection)` is called for each connection that a worker gave, before
 * it lingers or is closed: true if it does neither, because it was taken over. */
struct linger_list *linger_new(struct loop *loop,
    bool (*returned)(void *context, struct connection *connection), void *context);

/* Closes all that linger. No worker may be left. */
void linger_free(struct linger_list *linger);

/* How long a client may take to close, from the next one on. */
void linger_limit(struct linger_list *linger, int64_t close_timeout_ms);

/* Takes a connection over from a worker, and sees to it that the main thread collects it
 * soon. Any thread. */
void linger_give(struct linger_list *linger, struct connection *connection);

/* Takes a connection over in the main thread. */
void linger_add(struct linger_list *linger, struct connection *connection);

/*
 * Takes in what the workers gave, if there has been time for their clients to close too,
 * so that most are done with at once; and closes those whose time is up. Returns when it
 * wants to be called again.
 */
struct deadline linger_expire(struct linger_list *linger);

/* Closes the connection whose time is up next. False if none lingers. */
bool linger_evict(struct linger_list *linger);

/* How many linger, with those not yet collected. */
size_t linger_count(struct linger_list *linger);

#endif
