/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ROSTER_H
#define TLSD_SERVER_ROSTER_H

/* The list of all connections, in every stage, to see them or to end some. It numbers them from 1
 * on; a process uses each number once. Main thread. */

#include <stdint.h>

struct connection;
struct current;
struct repeats;
struct roster;
struct stats;

/*
 * Makes a roster. Its connections count in `stats`; `repeats` keeps their failures from flooding
 * the log; `current` is the snapshot in force. The caller still owns them, and they outlive the
 * roster.
 */
struct roster *roster_new(
    struct stats *stats, struct repeats *repeats, struct current *current);

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

/* Return the arguments of roster_new(). Any thread. */
struct stats *roster_stats(const struct roster *roster);
struct repeats *roster_repeats(const struct roster *roster);
struct current *roster_current(const struct roster *roster);

/* Kills the connections that workers have. */
void roster_cut(const struct roster *roster);

#endif
