/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of all connections. */
#include "server/connection/connectiontable.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"

struct connectiontable {
	struct connection_list all; /* in the order of their ids */
	uint64_t last_id;
};

struct connectiontable *
connectiontable_new(void)
{
	struct connectiontable *roster = memory_new(sizeof *roster);

	TAILQ_INIT(&roster->all);
	return roster;
}

void
connectiontable_free(struct connectiontable *roster)
{
	if (roster == NULL)
		return;
	assert(TAILQ_EMPTY(&roster->all));
	free(roster);
}

void
connectiontable_add(struct connectiontable *roster, struct connection *connection)
{
	connection->id = ++roster->last_id;
	TAILQ_INSERT_TAIL(&roster->all, connection, roster_link);
}

void
connectiontable_remove(struct connectiontable *roster, struct connection *connection)
{
	TAILQ_REMOVE(&roster->all, connection, roster_link);
}

struct connection *
connectiontable_first(const struct connectiontable *roster)
{
	return TAILQ_FIRST(&roster->all);
}

struct connection *
connectiontable_next(const struct connection *connection)
{
	return TAILQ_NEXT(connection, roster_link);
}

struct connection *
connectiontable_find(const struct connectiontable *roster, uint64_t id)
{
	struct connection *connection = connectiontable_first(roster);

	while (connection != NULL && connection->id != id)
		connection = connectiontable_next(connection);
	return connection;
}
