/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that wait for a worker of their service. */
#include "server/wait/servicequeue.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/wait/peers.h"
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
	struct peers *crowd; /* all, by client */
	struct timers agenda; /* all, by deadline */
	size_t count, max;
};

struct servicequeue *
servicequeue_new(void)
{
	struct servicequeue *standby = memory_new(sizeof *standby);

	standby->crowd = peers_new();
	return standby;
}

void
servicequeue_limit(struct servicequeue *standby, size_t max)
{
	standby->max = max;
}

size_t
servicequeue_count(const struct servicequeue *standby)
{
	return standby->count;
}

static struct line *
find_line(const struct servicequeue *standby, const struct gate *gate)
{
	struct line *line = standby->lines;

	while (line != NULL && line->gate != gate)
		line = line->next;
	return line;
}

/* Returns NULL if memory is exhausted. */
static struct line *
add_line(struct servicequeue *standby, const struct gate *gate)
{
	struct line *line = malloc(sizeof *line);

	if (line == NULL)
		return NULL;
	line->gate = gate;
	TAILQ_INIT(&line->waiting);
	line->next = standby->lines;
	standby->lines = line;
	return line;
}

static void
leave(struct servicequeue *standby, struct connection *connection)
{
	TAILQ_REMOVE(&find_line(standby, connection->gate)->waiting, connection, link);
	peers_remove(standby->crowd, connection);
	timers_remove(&standby->agenda, &connection->appointment);
	standby->count--;
}

/* Ends a connection that is in no line. */
static void
refuse(struct connection *connection, enum failure failure, const char *reason)
{
	outcome_fail(connection, failure, reason);
	connection_free(connection);
}

static void
evict(struct servicequeue *standby)
{
	struct connection *connection = peers_heaviest(standby->crowd);

	leave(standby, connection);
	refuse(connection, FAILURE_REFUSED_LIMIT,
	    "max-waiting was reached: oldest connection of the client with the most "
	    "waiting for max-workers");
}

void
servicequeue_add(struct servicequeue *standby, struct connection *connection)
{
	struct line *line = find_line(standby, connection->gate);

	if (line == NULL)
		line = add_line(standby, connection->gate);
	if (line == NULL || peers_add(standby->crowd, connection) < 0) {
		refuse(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	connection_enter(connection, PHASE_HOLD);
	TAILQ_INSERT_TAIL(&line->waiting, connection, link);
	timers_add(&standby->agenda, &connection->appointment,
	    connection_end_of_waiting(connection), connection);
	standby->count++;
	if (standby->count > standby->max)
		evict(standby);
}

struct connection *
servicequeue_take(struct servicequeue *standby, const struct gate *gate)
{
	const struct line *line = find_line(standby, gate);
	struct connection *connection =
	    line != NULL ? TAILQ_FIRST(&line->waiting) : NULL;

	if (connection != NULL)
		leave(standby, connection);
	return connection;
}

struct deadline
servicequeue_expire(struct servicequeue *standby)
{
	struct connection *connection;

	while ((connection = timers_due(&standby->agenda)) != NULL) {
		leave(standby, connection);
		refuse(connection, FAILURE_HANDSHAKE_TIMEOUT,
		    "no worker of its service was free in time (max-workers)");
	}
	return timers_next(&standby->agenda);
}

void
servicequeue_clear(struct servicequeue *standby)
{
	struct connection *connection;

	while ((connection = timers_first(&standby->agenda)) != NULL) {
		leave(standby, connection);
		refuse(connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
	}
}

void
servicequeue_free(struct servicequeue *standby)
{
	if (standby == NULL)
		return;
	servicequeue_clear(standby);
	while (standby->lines != NULL) {
		struct line *line = standby->lines;
		standby->lines = line->next;
		free(line);
	}
	peers_free(standby->crowd);
	free(standby);
}
