/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that wait, by deadline and by client. */
#include "server/connection/waitlist.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/peers.h"
#include "server/event/timers.h"

struct waitlist {
	const char *of;
	struct peers *peers;
	struct timers timers;
	size_t count, max;
};

struct waitlist *
waitlist_new(const char *of)
{
	struct waitlist *list = memory_new(sizeof *list);

	list->of = of;
	list->peers = peers_new();
	list->max = SIZE_MAX;
	return list;
}

void
waitlist_free(struct waitlist *list)
{
	if (list == NULL)
		return;
	peers_free(list->peers);
	free(list);
}

void
waitlist_limit(struct waitlist *list, size_t max)
{
	list->max = max;
}

int
waitlist_add(
    struct waitlist *list, struct connection *connection, struct deadline deadline)
{
	if (peers_add(list->peers, connection) < 0)
		return -1;
	timers_add(&list->timers, &connection->timer, deadline, connection);
	list->count++;
	return 0;
}

void
waitlist_remove(struct waitlist *list, struct connection *connection)
{
	if (connection->peers_client != NULL)
		peers_remove(list->peers, connection);
	timers_remove(&list->timers, &connection->timer);
	list->count--;
}

int
waitlist_move(struct waitlist *list, struct connection *connection)
{
	peers_remove(list->peers, connection);
	return peers_add(list->peers, connection);
}

void
waitlist_hurry(struct waitlist *list, struct deadline deadline)
{
	struct timers timers = { 0 };
	struct connection *connection;

	while ((connection = timers_first(&list->timers)) != NULL) {
		struct deadline earlier =
		    deadline_earlier(connection->timer.deadline, deadline);
		timers_remove(&list->timers, &connection->timer);
		timers_add(&timers, &connection->timer, earlier, connection);
	}
	list->timers = timers;
}

struct connection *
waitlist_first(const struct waitlist *list)
{
	return timers_first(&list->timers);
}

struct connection *
waitlist_due(const struct waitlist *list)
{
	return timers_due(&list->timers);
}

struct deadline
waitlist_next(const struct waitlist *list)
{
	return timers_next(&list->timers);
}

size_t
waitlist_count(const struct waitlist *list)
{
	return list->count;
}

bool
waitlist_is_over(const struct waitlist *list)
{
	return list->count > list->max;
}

struct connection *
waitlist_victim(
    const struct waitlist *list, const char *limit, char reason[WAITLIST_REASON_SIZE])
{
	snprintf(reason, WAITLIST_REASON_SIZE,
	    "%s was reached: oldest connection of the client with the most %s", limit,
	    list->of);
	return peers_heaviest(list->peers);
}
