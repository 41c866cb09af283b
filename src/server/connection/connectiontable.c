/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of all connections. */
#include "server/connection/connectiontable.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"

struct roster {
	struct connection_list all; /* in the order of their ids */
	uint64_t last_id;
};

struct roster *
roster_new(void)
{
	struct roster *roster = memory_new(sizeof *roster);

	TAILQ_INIT(&roster->all);
	return roster;
}

void
roster_free(struct roster *roster)
{
	if (roster == NULL)
		return;
	assert(TAILQ_EMPTY(&roster->all));
	free(roster);
}

void
roster_add(struct roster *roster, struct connection *connection)
{
	connection->id = ++roster->last_id;
	TAILQ_INSERT_TAIL(&roster->all, connection, roster_link);
}

void
roster_remove(struct roster *roster, struct connection *connection)
{
	TAILQ_REMOVE(&roster->all, connection, roster_link);
}

struct connection *
roster_first(const struct roster *roster)
{
	return TAILQ_FIRST(&roster->all);
}

struct connection *
roster_next(const struct connection *connection)
{
	return TAILQ_NEXT(connection, roster_link);
}

struct connection *
roster_find(const struct roster *roster, uint64_t id)
{
	struct connection *connection = roster_first(roster);

	while (connection != NULL && connection->id != id)
		connection = roster_next(connection);
	return connection;
}
