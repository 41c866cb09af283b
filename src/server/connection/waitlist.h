/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_WAITLIST_H
#define TLSD_SERVER_CONNECTION_WAITLIST_H

/*
 * Connections that wait, each with a deadline, limited in number. If there are too many, the
 * oldest connection of the client with the most is the one to close. The list does not own its
 * connections. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct waitlist;

/* Makes an empty list without a limit. `of` completes the sentence "oldest connection of the
 * client with the most ..."; it outlives the list. */
struct waitlist *waitlist_new(const char *of);

/* Frees the list, which must be empty. Accepts NULL. */
void waitlist_free(struct waitlist *list);

/* Sets how many connections may wait, from the next one on. */
void waitlist_limit(struct waitlist *list, size_t max);

/* Adds the connection. Returns 0, or -1 if memory is exhausted. */
int waitlist_add(
    struct waitlist *list, struct connection *connection, struct deadline deadline);
void waitlist_remove(struct waitlist *list, struct connection *connection);

/* Files a waiting connection under the client that `connection->peer` names now. Returns 0, or -1
 * if memory is exhausted; then the connection still waits, under no client. */
int waitlist_move(struct waitlist *list, struct connection *connection);

/* Makes all deadlines that are later than `deadline` equal to it. */
void waitlist_hurry(struct waitlist *list, struct deadline deadline);

/* Returns the connection with the earliest deadline, or NULL if none waits. */
struct connection *waitlist_first(const struct waitlist *list);

/* Returns the connection with the earliest deadline if that has passed, or NULL. */
struct connection *waitlist_due(const struct waitlist *list);

/* Returns the earliest deadline, or never if no connection waits. */
struct deadline waitlist_next(const struct waitlist *list);

size_t waitlist_count(const struct waitlist *list);

/* True if more connections wait than waitlist_limit() allows. */
bool waitlist_is_over(const struct waitlist *list);

/* Returns the connection to close because `limit` was reached, or NULL if none waits. Writes the
 * reason for the log. */
#define WAITLIST_REASON_SIZE 160
struct connection *waitlist_victim(
    const struct waitlist *list, const char *limit, char reason[WAITLIST_REASON_SIZE]);

#endif
