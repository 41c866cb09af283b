/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CROWD_H
#define TLSD_SERVER_CROWD_H

/*
 * Waiting connections, by client, so that when somebody has to go it is one of those who
 * fill the room: the client that has most there, and of its connections the oldest. Each
 * call takes the time of a look-up, however many wait. Main thread.
 */

#include <stddef.h>

struct connection;
struct crowd;

struct crowd *crowd_new(void);

/* Nobody may be in it. */
void crowd_free(struct crowd *crowd);

/* Adds the connection, which stays the caller's. 0, or -1 when memory is exhausted. */
int crowd_add(struct crowd *crowd, struct connection *connection);
void crowd_remove(struct crowd *crowd, struct connection *connection);

/* The oldest connection of the client that has most; of several such clients, the one that
 * has had as many for longest. NULL when nobody is there. */
struct connection *crowd_heaviest(const struct crowd *crowd);

#endif
