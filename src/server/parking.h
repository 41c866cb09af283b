/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PARKING_H
#define TLSD_SERVER_PARKING_H

/*
 * Connections whose clients do not go on with the handshake, or do not take an answer: a
 * worker would only wait for them. Their sessions stay as they are until something comes, or
 * is taken, or their time is up. Main thread.
 */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct loop;
struct parking;

/* `ready(context, connection)` is called, and takes it over, when a worker is to go on with
 * it. */
struct parking *parking_new(struct loop *loop,
    void (*ready)(void *context, struct connection *connection), void *context);

/* Closes all that are parked. */
void parking_free(struct parking *parking);

/* How many may be parked, from the next one on. */
void parking_limit(struct parking *parking, size_t max);

/* Takes the connection, which has a session. When there are too many, one is closed. */
void parking_add(struct parking *parking, struct connection *connection);

/* Closes the oldest one of the client that has most here, because `limit` was reached. There
 * must be one. */
void parking_evict(struct parking *parking, const char *limit);

/* Sees to those whose time is up; returns when the next one's will be. */
struct deadline parking_expire(struct parking *parking);

/* Closes all, because the server is stopping. */
void parking_clear(struct parking *parking);

size_t parking_count(const struct parking *parking);

#endif
