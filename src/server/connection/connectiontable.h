/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H
#define TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H

/* The list of all connections, in every stage, to see them or to end some. It numbers them from 1
 * on; a process uses each number once. Main thread. */

#include <stdint.h>

struct connection;
struct connectiontable;

struct connectiontable *connectiontable_new(void);

/* Frees the roster, which must be empty. Accepts NULL. */
void connectiontable_free(struct connectiontable *roster);

/* Adds a connection and gives it its id. */
void connectiontable_add(struct connectiontable *roster, struct connection *connection);
void connectiontable_remove(
    struct connectiontable *roster, struct connection *connection);

/* Return the oldest connection, and the next one after `connection`; NULL after the last. */
struct connection *connectiontable_first(const struct connectiontable *roster);
struct connection *connectiontable_next(const struct connection *connection);

/* Returns the connection with the number `id`, or NULL. */
struct connection *connectiontable_find(
    const struct connectiontable *roster, uint64_t id);

#endif
