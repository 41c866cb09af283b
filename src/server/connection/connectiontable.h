/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H
#define TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H

/* The list of all connections, in every stage, to see them or to end some. It numbers them from 1
 * on; a process uses each number once. Main thread. */

#include <stdint.h>

struct connection;
struct roster;

struct roster *roster_new(void);

/* Frees the roster, which must be empty. Accepts NULL. */
void roster_free(struct roster *roster);

/* Adds a connection and gives it its id. */
void roster_add(struct roster *roster, struct connection *connection);
void roster_remove(struct roster *roster, struct connection *connection);

/* Return the oldest connection, and the next one after `connection`; NULL after the last. */
struct connection *roster_first(const struct roster *roster);
struct connection *roster_next(const struct connection *connection);

/* Returns the connection with the number `id`, or NULL. */
struct connection *roster_find(const struct roster *roster, uint64_t id);

#endif
