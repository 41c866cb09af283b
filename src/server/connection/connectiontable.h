/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H
#define TLSD_SERVER_CONNECTION_CONNECTIONTABLE_H

/* The table of all connections, in every state, to see them or to end some. It numbers them from 1
 * on; a process uses each number once. Main thread. */

#include <stdint.h>
#include <sys/queue.h>

struct connection;
struct connectiontable;

/* The place of a connection in the table; part of the connection. */
struct connectiontable_entry {
	TAILQ_ENTRY(connectiontable_entry) link;
	struct connection *connection;
	uint64_t id;
};

struct connectiontable *connectiontable_new(void);

/* Frees the table, which must be empty. Accepts NULL. */
void connectiontable_free(struct connectiontable *table);

/* Adds `connection`, whose place is `entry`, and gives it its id. */
void connectiontable_add(struct connectiontable *table,
    struct connectiontable_entry *entry, struct connection *connection);
void connectiontable_remove(
    struct connectiontable *table, struct connectiontable_entry *entry);

/* Return the entry of the oldest connection, and the one after `entry`; NULL after the last. */
struct connectiontable_entry *connectiontable_first(
    const struct connectiontable *table);
struct connectiontable_entry *connectiontable_next(
    const struct connectiontable_entry *entry);

/* Returns the connection with the number `id`, or NULL. */
struct connection *connectiontable_find(
    const struct connectiontable *table, uint64_t id);

#endif
