/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for the client without a worker. */
#include "server/parking.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/memory.h"
#include "server/agenda.h"
#include "server/connection.h"
#include "server/crowd.h"
#include "server/loop.h"

struct parking {
	struct loop *loop;
	void (*ready)(void *context, struct connection *connection);
	void *context;
	struct crowd *crowd; /* all, by client */
	struct agenda agenda; /* all, by deadline */
	size_t count, max;
};

struct parking *
parking_new(struct loop *loop,
    void (*ready)(void *context, struct connection *connection), void *context)
{
	struct parking *parking = memory_new(sizeof *parking);

	parking->loop = loop;
	parking->ready = ready;
	parking->context = context;
	parking->crowd = crowd_new();
	return parking;
}

void
parking_limit(struct parking *parking, size_t max)
{
	parking->max = max;
}

size_t
parking_count(const struct parking *parking)
{
	return parking->count;
}

static void
leave(struct parking *parking, struct connection *connection)
{
	loop_remove(parking->loop, connection->fd, &connection->watch);
	crowd_remove(parking->crowd, connection);
	agenda_remove(&parking->agenda, &connection->appointment);
	parking->count--;
}

/* Ends a connection that has left. */
static void
end(struct connection *connection, enum failure failure, const char *reason)
{
	connection_abandon(connection, failure, reason);
	connection_free(connection);
}

void
parking_evict(struct parking *parking, const char *limit)
{
	struct connection *connection = crowd_heaviest(parking->crowd);
	char reason[96];

	snprintf(reason, sizeof reason,
	    "the oldest of whoever had most parked when %s was reached", limit);
	leave(parking, connection);
	end(connection, FAILURE_REFUSED_LIMIT, reason);
}

/* Lets a worker go on with it. */
static void
unpark(struct parking *parking, struct connection *connection)
{
	leave(parking, connection);
	parking->ready(parking->context, connection);
}

static void
on_ready(struct watch *watch, uint32_t events)
{
	struct parking *parking = watch->holder;
	struct connection *connection = (struct connection *)watch;

	(void)events;
	unpark(parking, connection);
}

/* The end of the client's side means nothing while it only has to read. */
static uint32_t
events_for(const struct connection *connection)
{
	return connection->parked == POLLOUT ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
}

void
parking_add(struct parking *parking, struct connection *connection)
{
	connection->watch = (struct watch){ .ready = on_ready, .holder = parking };
	if (crowd_add(parking->crowd, connection) < 0) {
		end(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	if (loop_add(parking->loop, connection->fd, events_for(connection),
		&connection->watch) < 0) {
		crowd_remove(parking->crowd, connection);
		end(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	connection_enter(connection, PHASE_PARKED);
	agenda_add(&parking->agenda, &connection->appointment, connection->deadline,
	    connection);
	parking->count++;
	if (parking->count > parking->max)
		parking_evict(parking, "max-waiting");
}

struct deadline
parking_expire(struct parking *parking)
{
	struct connection *connection;

	while ((connection = agenda_due(&parking->agenda)) != NULL)
		if (connection->parked == POLLOUT) {
			/* It may have taken less than is worth going on for. */
			unpark(parking, connection);
		} else {
			leave(parking, connection);
			end(connection, FAILURE_HANDSHAKE_TIMEOUT,
			    "the client sent nothing more in time");
		}
	return agenda_next(&parking->agenda);
}

void
parking_clear(struct parking *parking)
{
	struct connection *connection;

	while ((connection = agenda_first(&parking->agenda)) != NULL) {
		leave(parking, connection);
		end(connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
	}
}

void
parking_free(struct parking *parking)
{
	if (parking == NULL)
		return;
	parking_clear(parking);
	crowd_free(parking->crowd);
	free(parking);
}
