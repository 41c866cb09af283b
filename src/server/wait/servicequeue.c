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

struct standby {
	struct line *lines;
	struct crowd *crowd; /* all, by client */
	struct agenda agenda; /* all, by deadline */
	size_t count, max;
};

struct standby *
standby_new(void)
{
	struct standby *standby = memory_new(sizeof *standby);

	standby->crowd = crowd_new();
	return standby;
}

void
standby_limit(struct standby *standby, size_t max)
{
	standby->max = max;
}

size_t
standby_count(const struct standby *standby)
{
	return standby->count;
}

static struct line *
find_line(const struct standby *standby, const struct gate *gate)
{
	struct line *line = standby->lines;

	while (line != NULL && line->gate != gate)
		line = line->next;
	return line;
}

/* Returns NULL if memory is exhausted. */
static struct line *
add_line(struct standby *standby, const struct gate *gate)
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
leave(struct standby *standby, struct connection *connection)
{
	TAILQ_REMOVE(&find_line(standby, connection->gate)->waiting, connection, link);
	crowd_remove(standby->crowd, connection);
	agenda_remove(&standby->agenda, &connection->appointment);
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
evict(struct standby *standby)
{
	struct connection *connection = crowd_heaviest(standby->crowd);

	leave(standby, connection);
	refuse(connection, FAILURE_REFUSED_LIMIT,
	    "max-waiting was reached: oldest connection of the client with the most "
	    "waiting for max-workers");
}

void
standby_add(struct standby *standby, struct connection *connection)
{
	struct line *line = find_line(standby, connection->gate);

	if (line == NULL)
		line = add_line(standby, connection->gate);
	if (line == NULL || crowd_add(standby->crowd, connection) < 0) {
		refuse(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	connection_enter(connection, PHASE_HOLD);
	TAILQ_INSERT_TAIL(&line->waiting, connection, link);
	agenda_add(&standby->agenda, &connection->appointment,
	    connection_end_of_waiting(connection), connection);
	standby->count++;
	if (standby->count > standby->max)
		evict(standby);
}

struct connection *
standby_take(struct standby *standby, const struct gate *gate)
{
	const struct line *line = find_line(standby, gate);
	struct connection *connection =
	    line != NULL ? TAILQ_FIRST(&line->waiting) : NULL;

	if (connection != NULL)
		leave(standby, connection);
	return connection;
}

struct deadline
standby_expire(struct standby *standby)
{
	struct connection *connection;

	while ((connection = agenda_due(&standby->agenda)) != NULL) {
		leave(standby, connection);
		refuse(connection, FAILURE_HANDSHAKE_TIMEOUT,
		    "no worker of its service was free in time (max-workers)");
	}
	return agenda_next(&standby->agenda);
}

void
standby_clear(struct standby *standby)
{
	struct connection *connection;

	while ((connection = agenda_first(&standby->agenda)) != NULL) {
		leave(standby, connection);
		refuse(connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
	}
}

void
standby_free(struct standby *standby)
{
	if (standby == NULL)
		return;
	standby_clear(standby);
	while (standby->lines != NULL) {
		struct line *line = standby->lines;
		standby->lines = line->next;
		free(line);
	}
	crowd_free(standby->crowd);
	free(standby);
}
