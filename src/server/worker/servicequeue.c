/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that wait for a worker of their service. */
#include "server/worker/servicequeue.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/connection/peers.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"

/* The connections that wait for a worker of one gate, the oldest first. A line stays when it is
 * empty. */
struct line {
	const struct gate *gate;
	struct connection_list waiting;
	struct line *next;
};

struct servicequeue {
	struct line *lines;
	struct peers *peers; /* all, by client */
	struct timers timers; /* all, by deadline */
	size_t count, max;
};

struct servicequeue *
servicequeue_new(void)
{
	struct servicequeue *servicequeue = memory_new(sizeof *servicequeue);

	servicequeue->peers = peers_new();
	return servicequeue;
}

void
servicequeue_limit(struct servicequeue *servicequeue, size_t max)
{
	servicequeue->max = max;
}

size_t
servicequeue_count(const struct servicequeue *servicequeue)
{
	return servicequeue->count;
}

static struct line *
find_line(const struct servicequeue *servicequeue, const struct gate *gate)
{
	struct line *line = servicequeue->lines;

	while (line != NULL && line->gate != gate)
		line = line->next;
	return line;
}

/* Returns NULL if memory is exhausted. */
static struct line *
add_line(struct servicequeue *servicequeue, const struct gate *gate)
{
	struct line *line = malloc(sizeof *line);

	if (line == NULL)
		return NULL;
	line->gate = gate;
	TAILQ_INIT(&line->waiting);
	line->next = servicequeue->lines;
	servicequeue->lines = line;
	return line;
}

static void
leave(struct servicequeue *servicequeue, struct connection *connection)
{
	TAILQ_REMOVE(
	    &find_line(servicequeue, connection->gate)->waiting, connection, link);
	peers_remove(servicequeue->peers, connection);
	timers_remove(&servicequeue->timers, &connection->timer);
	servicequeue->count--;
}

static void
evict(struct servicequeue *servicequeue)
{
	struct connection *connection = peers_heaviest(servicequeue->peers);

	leave(servicequeue, connection);
	outcome_refuse(connection, FAILURE_REFUSED_LIMIT,
	    "max-waiting was reached: oldest connection of the client with the most "
	    "waiting for max-workers");
}

void
servicequeue_add(struct servicequeue *servicequeue, struct connection *connection)
{
	struct line *line = find_line(servicequeue, connection->gate);

	if (line == NULL)
		line = add_line(servicequeue, connection->gate);
	if (line == NULL || peers_add(servicequeue->peers, connection) < 0) {
		outcome_refuse(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	connection_enter(connection, PHASE_HOLD);
	TAILQ_INSERT_TAIL(&line->waiting, connection, link);
	timers_add(&servicequeue->timers, &connection->timer,
	    connection_end_of_waiting(connection), connection);
	servicequeue->count++;
	if (servicequeue->count > servicequeue->max)
		evict(servicequeue);
}

struct connection *
servicequeue_take(struct servicequeue *servicequeue, const struct gate *gate)
{
	const struct line *line = find_line(servicequeue, gate);
	struct connection *connection =
	    line != NULL ? TAILQ_FIRST(&line->waiting) : NULL;

	if (connection != NULL)
		leave(servicequeue, connection);
	return connection;
}

struct deadline
servicequeue_expire(struct servicequeue *servicequeue)
{
	struct connection *connection;

	while ((connection = timers_due(&servicequeue->timers)) != NULL) {
		leave(servicequeue, connection);
		outcome_refuse(connection, FAILURE_HANDSHAKE_TIMEOUT,
		    "no worker of its service was free in time (max-workers)");
	}
	return timers_next(&servicequeue->timers);
}

void
servicequeue_clear(struct servicequeue *servicequeue)
{
	struct connection *connection;

	while ((connection = timers_first(&servicequeue->timers)) != NULL) {
		leave(servicequeue, connection);
		outcome_refuse(
		    connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
	}
}

void
servicequeue_free(struct servicequeue *servicequeue)
{
	if (servicequeue == NULL)
		return;
	servicequeue_clear(servicequeue);
	while (servicequeue->lines != NULL) {
		struct line *line = servicequeue->lines;
		servicequeue->lines = line->next;
		free(line);
	}
	peers_free(servicequeue->peers);
	free(servicequeue);
}
