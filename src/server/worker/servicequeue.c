/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that wait for a worker of their service. */
#include "server/worker/servicequeue.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/connection/waitlist.h"

/* The connections that wait for a worker of one gate, the oldest first. A line stays when it is
 * empty. */
struct line {
	const struct gate *gate;
	struct connection_list waiting;
	struct line *next;
};

struct servicequeue {
	struct line *lines;
	struct waitlist *all;
};

struct servicequeue *
servicequeue_new(void)
{
	struct servicequeue *servicequeue = memory_new(sizeof *servicequeue);

	servicequeue->all = waitlist_new("waiting for max-workers");
	return servicequeue;
}

void
servicequeue_limit(struct servicequeue *servicequeue, size_t max)
{
	waitlist_limit(servicequeue->all, max);
}

size_t
servicequeue_count(const struct servicequeue *servicequeue)
{
	return waitlist_count(servicequeue->all);
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
remove_from(
    struct servicequeue *servicequeue, struct line *line, struct connection *connection)
{
	TAILQ_REMOVE(&line->waiting, connection, link);
	waitlist_remove(servicequeue->all, connection);
}

static void
refuse_connection(struct servicequeue *servicequeue, struct connection *connection,
    enum failure failure, const char *reason)
{
	remove_from(
	    servicequeue, find_line(servicequeue, connection->gate), connection);
	outcome_refuse(connection, failure, reason);
}

/* Closes a connection because too many wait. */
static void
evict_one(struct servicequeue *servicequeue)
{
	char reason[WAITLIST_REASON_SIZE];
	struct connection *connection =
	    waitlist_victim(servicequeue->all, "max-waiting", reason);

	refuse_connection(servicequeue, connection, FAILURE_REFUSED_LIMIT, reason);
}

void
servicequeue_add(struct servicequeue *servicequeue, struct connection *connection)
{
	struct line *line = find_line(servicequeue, connection->gate);

	if (line == NULL)
		line = add_line(servicequeue, connection->gate);
	if (line == NULL || waitlist_add(servicequeue->all, connection,
				connection_end_of_waiting(connection)) < 0) {
		outcome_refuse(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	connection_enter(connection, PHASE_HOLD);
	if (connection->session == NULL)
		connection->queued_ns = connection->phase_ns;
	TAILQ_INSERT_TAIL(&line->waiting, connection, link);
	if (waitlist_is_over(servicequeue->all))
		evict_one(servicequeue);
}

struct connection *
servicequeue_take(struct servicequeue *servicequeue)
{
	if (servicequeue_count(servicequeue) == 0)
		return NULL;
	for (struct line *line = servicequeue->lines; line != NULL; line = line->next) {
		struct connection *first = TAILQ_FIRST(&line->waiting);
		if (first == NULL || !connection_take_worker(first))
			continue;
		remove_from(servicequeue, line, first);
		return first;
	}
	return NULL;
}

struct deadline
servicequeue_expire(struct servicequeue *servicequeue)
{
	struct connection *connection;

	while ((connection = waitlist_due(servicequeue->all)) != NULL)
		refuse_connection(servicequeue, connection, FAILURE_HANDSHAKE_TIMEOUT,
		    "no worker of its service was free in time (max-workers)");
	return waitlist_next(servicequeue->all);
}

void
servicequeue_clear(struct servicequeue *servicequeue)
{
	struct connection *connection;

	while ((connection = waitlist_first(servicequeue->all)) != NULL)
		refuse_connection(servicequeue, connection, FAILURE_REFUSED_LIMIT,
		    "the server is stopping");
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
	waitlist_free(servicequeue->all);
	free(servicequeue);
}
