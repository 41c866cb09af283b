/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WAIT_PARKING_H
#define TLSD_SERVER_WAIT_PARKING_H

/*
 * Holds connections for which there is nothing to do. Their clients do not go on with the
 * handshake, send no request or do not take an answer; or client and backend are silent; or the
 * program or backend that answers is not ready. A worker would only wait for them. Their sessions
 * stay as they are until something can be read or written, or their time is up. Main thread.
 */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct connectiontable;
struct dispatch;
struct loop;
struct parking;

/* Makes an empty parking. Connections with which a worker can go on are added to `dispatch`. It
 * and `loop` outlive the parking. */
struct parking *parking_new(struct loop *loop, struct dispatch *dispatch);

/* Closes all parked connections. */
void parking_free(struct parking *parking);

/* Sets how many connections may be parked, from the next one on. */
void parking_limit(struct parking *parking, size_t max);

/* Takes the connection, which has a session. If there are too many, one is closed. */
void parking_add(struct parking *parking, struct connection *connection);

/* Lets a worker end a parked connection that has been killed, unless its responder is ending
 * already. */
void parking_rouse(struct parking *parking, struct connection *connection);

/* Closes the oldest connection of the client with the most parked, because `limit` was reached.
 * There must be one. */
void parking_evict(struct parking *parking, const char *limit);

/* Handles the connections whose time is up; returns when the next one's will be. */
struct deadline parking_expire(struct parking *parking);

/* Clears the parking because the server is stopping; `table` has all connections. Closes parked
 * ones in the handshake. Kills the others and lets them go on, except for those whose responders
 * are ending already. */
void parking_clear(struct parking *parking, const struct connectiontable *table);

size_t parking_count(const struct parking *parking);

#endif
