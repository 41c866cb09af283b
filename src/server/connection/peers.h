/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_PEERS_H
#define TLSD_SERVER_CONNECTION_PEERS_H

/* An index of waiting connections by client. If one has to be closed, it is the oldest of the
 * client with the most connections. Each call takes logarithmic time. Main thread. */

#include <stddef.h>

struct connection;
struct peers;

struct peers *peers_new(void);

/* Frees the index, which must be empty. */
void peers_free(struct peers *peers);

/* Adds the connection, which the caller still owns. Returns 0, or -1 if memory is exhausted. */
int peers_add(struct peers *peers, struct connection *connection);
void peers_remove(struct peers *peers, struct connection *connection);

/* Returns the oldest connection of the client with the most connections, or NULL if there are
 * none. Ties go to the client that reached that number first. */
struct connection *peers_heaviest(const struct peers *peers);

#endif
