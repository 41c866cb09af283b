/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of all connections. */
#include "server/roster.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sync.h"
#include "server/connection.h"
#include "server/snapshot.h"

struct roster {
	struct stats *stats;
	struct connection_list all; /* in the order of their numbers */
	uint64_t last_id;
	pthread_mutex_t mutex;
	struct snapshot *snapshot; /* the current one; under the mutex */
};

struct roster *
roster_new(struct stats *stats)
{
	struct roster *roster = memory_new(sizeof *roster);

	roster->stats = stats;
	TAILQ_INIT(&roster->all);
	sync_mutex_init(&roster->mutex);
	return roster;
}

void
roster_free(struct roster *roster)
{
	if (roster == NULL)
		return;
	assert(TAILQ_EMPTY(&roster->all));
	snapshot_drop(roster->snapshot);
	sync_mutex_fini(&roster->mutex);
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

void
roster_use(struct roster *roster, struct snapshot *snapshot)
{
	sync_lock(&roster->mutex);
	struct snapshot *old = roster->snapshot;
	roster->snapshot = snapshot_take(snapshot);
	sync_unlock(&roster->mutex);
	snapshot_drop(old);
}

struct snapshot *
roster_snapshot(struct roster *roster)
{
	sync_lock(&roster->mutex);
	struct snapshot *snapshot = snapshot_take(roster->snapshot);
	sync_unlock(&roster->mutex);
	return snapshot;
}

struct stats *
roster_stats(const struct roster *roster)
{
	return roster->stats;
}

void
roster_cut(const struct roster *roster)
{
	for (struct connection *connection = roster_first(roster); connection != NULL;
	     connection = roster_next(connection))
		if (connection_has_worker(connection))
			connection_kill(connection);
}
