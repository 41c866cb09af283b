/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_ADMISSION_H
#define TLSD_SERVER_ACCEPT_ADMISSION_H

/*
 * Holds accepted connections until their whole ClientHello is in the socket's buffer, in one
 * record or several, after a PROXY header if one is due. Silent and slow clients stay here,
 * limited in number and time, and never cost a worker. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct admission;
struct connection;
struct dispatch;
struct limits;
struct linger_list;
struct loop;

/* Makes an empty admission. Connections whose service is known are added to `dispatch`, others to
 * `linger`, unless `limits` refuse them. All four outlive it. */
struct admission *admission_new(struct loop *loop, struct limits *limits,
    struct dispatch *dispatch, struct linger_list *linger);

/* Closes all waiting connections. */
void admission_free(struct admission *admission);

/* Sets how long a hello may take and how many connections may wait, from the next connection
 * on. */
void admission_limit(struct admission *admission, int64_t hello_timeout_ms, size_t max);

/*
 * Takes a connection that was just accepted, and refuses it if the limits do not let its client
 * in. Looks for its hello at once, so that most connections are admitted without ever being
 * watched. If too many wait, one of them is closed, as by admission_evict().
 */
void admission_add(struct admission *admission, struct connection *connection);

/* False if so many connections are queued that no more should be accepted. */
bool admission_has_room(const struct admission *admission);

/* Closes the connections whose time is up; returns when the next one's will be. */
struct deadline admission_expire(struct admission *admission);

/* Closes the oldest connection of the client with the most waiting, because `limit` was
 * reached. Returns false if none waits. */
bool admission_evict(struct admission *admission, const char *limit);

/* Limits the wait of all waiting connections to `deadline`. */
void admission_hurry(struct admission *admission, struct deadline deadline);

size_t admission_count(const struct admission *admission);

#endif
