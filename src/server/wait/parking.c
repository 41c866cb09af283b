/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that wait without a worker. */
#include "server/wait/parking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/connection/waitlist.h"
#include "server/event/loop.h"
#include "server/worker/dispatch.h"
#include "tls/transport/pause.h"
#include "tls/transport/transport.h"

struct parking {
	struct loop *loop;
	struct dispatch *dispatch;
	struct waitlist *all;
};

struct parking *
parking_new(struct loop *loop, struct dispatch *dispatch)
{
	struct parking *parking = memory_new(sizeof *parking);

	parking->loop = loop;
	parking->dispatch = dispatch;
	parking->all = waitlist_new("parked");
	return parking;
}

void
parking_limit(struct parking *parking, size_t max)
{
	waitlist_limit(parking->all, max);
}

size_t
parking_count(const struct parking *parking)
{
	return waitlist_count(parking->all);
}

/* A descriptor that a connection waits for besides its client's; `fd` is -1 for none. */
struct companion {
	struct watch watch;
	struct connection *connection;
	int fd;
};

static void
stop_watching_parked(struct parking *parking, struct connection *connection)
{
	struct companion *companions = connection->companions;

	loop_remove(parking->loop, connection->fd, &connection->watch);
	for (size_t i = 0; companions != NULL && i < TRANSPORT_OTHERS; i++)
		if (companions[i].fd >= 0)
			loop_remove(
			    parking->loop, companions[i].fd, &companions[i].watch);
	free(companions);
	connection->companions = NULL;
}

static void
leave_parking(struct parking *parking, struct connection *connection)
{
	stop_watching_parked(parking, connection);
	waitlist_remove(parking->all, connection);
}

/* Ends a connection that is not parked any more. */
static void
end_connection(struct connection *connection, enum failure failure, const char *reason)
{
	outcome_abandon(connection, failure, reason);
	connection_free(connection);
}

void
parking_evict(struct parking *parking, const char *limit)
{
	char reason[WAITLIST_REASON_SIZE];
	struct connection *connection = waitlist_victim(parking->all, limit, reason);

	leave_parking(parking, connection);
	end_connection(connection, FAILURE_REFUSED_LIMIT, reason);
}

/* Lets a worker go on with the connection. */
static void
unpark_connection(struct parking *parking, struct connection *connection)
{
	leave_parking(parking, connection);
	dispatch_add(parking->dispatch, connection);
}

void
parking_rouse(struct parking *parking, struct connection *connection)
{
	if (!connection_is_ending(connection))
		unpark_connection(parking, connection);
}

static void
on_client(struct watch *watch, uint32_t events)
{
	(void)events;
	unpark_connection(watch->holder, (struct connection *)watch);
}

static void
on_companion(struct watch *watch, uint32_t events)
{
	const struct companion *companion = (const struct companion *)watch;

	(void)events;
	unpark_connection(watch->holder, companion->connection);
}

/* Returns the events for epoll(7). The end of the client's side does not matter while the
 * connection only waits to write. */
static uint32_t
events_for(const struct pollfd *poll)
{
	return ((poll->events & POLLIN) != 0 ? EPOLLIN | EPOLLRDHUP : 0) |
	       ((poll->events & POLLOUT) != 0 ? EPOLLOUT : 0);
}

/* Returns 0, or -1 with errno. */
static int
watch_companions(struct parking *parking, struct connection *connection,
    const struct pollfd *polls, size_t count)
{
	struct companion *companions = calloc(TRANSPORT_OTHERS, sizeof *companions);

	if (companions == NULL)
		return -1;
	connection->companions = companions;
	for (size_t i = 0; i < TRANSPORT_OTHERS; i++)
		companions[i] = (struct companion){ .watch = { .ready = on_companion,
							.holder = parking },
			.connection = connection,
			.fd = i < count ? polls[i].fd : -1 };
	for (size_t i = 0; i < count; i++)
		if (polls[i].fd >= 0 &&
		    loop_add(parking->loop, polls[i].fd, events_for(&polls[i]),
			&companions[i].watch) < 0)
			return -1;
	return 0;
}

/* Watches all descriptors that the connection waits for. Returns 0, or -1 with errno. */
static int
start_watching_parked(struct parking *parking, struct connection *connection)
{
	const struct pollfd *polls;
	size_t count = pause_polls(connection->pause, &polls);

	connection->watch = (struct watch){ .ready = on_client, .holder = parking };
	if (polls[0].fd >= 0 && loop_add(parking->loop, polls[0].fd,
				    events_for(&polls[0]), &connection->watch) < 0)
		return -1;
	return count == 1 ? 0
	                  : watch_companions(parking, connection, polls + 1, count - 1);
}

void
parking_add(struct parking *parking, struct connection *connection)
{
	if (waitlist_add(parking->all, connection, connection->deadline) < 0) {
		end_connection(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	if (start_watching_parked(parking, connection) < 0) {
		const char *reason =
		    errno == ENOMEM ? "out of memory" : strerrordesc_np(errno);
		leave_parking(parking, connection);
		end_connection(connection, FAILURE_INTERNAL, reason);
		return;
	}
	connection_enter(connection, PHASE_PARKED);
	if (waitlist_is_over(parking->all))
		parking_evict(parking, "max-waiting");
}

/* True if it is only late, so that its worker could not tell more. */
static bool
is_lost(const struct connection *connection)
{
	const struct pollfd *polls;

	pause_polls(connection->pause, &polls);
	return connection->step != PHASE_ANSWER && polls[0].events == POLLIN;
}

struct deadline
parking_expire(struct parking *parking)
{
	struct connection *connection;

	while ((connection = waitlist_due(parking->all)) != NULL)
		if (is_lost(connection)) {
			leave_parking(parking, connection);
			end_connection(connection, FAILURE_HANDSHAKE_TIMEOUT,
			    "the client sent nothing more in time");
		} else {
			unpark_connection(parking, connection);
		}
	return waitlist_next(parking->all);
}

/* Ends a parked connection because the server is stopping, or lets its responder do that. */
static void
end_for_stop(struct parking *parking, struct connection *connection)
{
	if (connection->step == PHASE_HANDSHAKE) {
		leave_parking(parking, connection);
		end_connection(
		    connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
	} else {
		connection_kill(connection, CONNECTION_KILLED_AT_STOP);
		unpark_connection(parking, connection);
	}
}

void
parking_clear(struct parking *parking, const struct connectiontable *table)
{
	struct connectiontable_entry *next;

	for (struct connectiontable_entry *entry = connectiontable_first(table);
	     entry != NULL; entry = next) {
		struct connection *connection = entry->connection;
		next = connectiontable_next(entry);
		if (connection->phase == PHASE_PARKED &&
		    !connection_is_ending(connection))
			end_for_stop(parking, connection);
	}
}

void
parking_free(struct parking *parking)
{
	struct connection *connection;

	if (parking == NULL)
		return;
	while ((connection = waitlist_first(parking->all)) != NULL) {
		leave_parking(parking, connection);
		connection_free(connection);
	}
	waitlist_free(parking->all);
	free(parking);
}
