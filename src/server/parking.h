/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PARKING_H
#define TLSD_SERVER_PARKING_H

/*
 * Connections whose clients do not go on with the handshake: a worker has said what there
 * was to say, and would only wait. Their sessions stay as they are until the client's next
 * flight comes, or their handshakes should have been done. Main thread.
 */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct loop;
struct parking;

/* `ready(context, connection)` is called, and takes it over, when there is something to be
 * read from its client. */
struct parking *parking_new(struct loop *loop,
    void (*ready)(void *context, struct connection *connection), void *context);

/* Closes all that are parked. */
void parking_free(struct parking *parking);

/* How many may be parked, from the next one on. */
void parking_limit(struct parking *parking, size_t max);

/* Takes the connection, which has a session. When there are too many, the oldest one of the
 * client that has most here is closed. */
void parking_add(struct parking *parking, struct connection *connection);

/* Closes those whose time is up; returns when the next one's will be. */
struct deadline parking_expire(struct parking *parking);

/* Closes all, because the server is stopping. */
void parking_clear(struct parking *parking);

size_t parking_count(const struct parking *parking);

#endif
