/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draining closed connections in the main thread. */
#include "server/linger.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/sync.h"
#include "server/connection.h"

#define DRAIN_MAX (256 * 1024) /* a client that sends more is not about to close */

struct linger_list {
	struct loop *loop;
	int64_t close_timeout_ms;
	struct connection_list draining; /* the longest first, so deadlines in order */
	size_t count;
	pthread_mutex_t mutex;
	struct connection_list
	    given; /* by workers, under the mutex, like given_count */
	size_t given_count;
	char bin[16384];
};

struct linger_list *
linger_new(struct loop *loop)
{
	struct linger_list *linger = memory_new(sizeof *linger);

	linger->loop = loop;
	TAILQ_INIT(&linger->draining);
	TAILQ_INIT(&linger->given);
	sync_mutex_init(&linger->mutex);
	return linger;
}

void
linger_limit(struct linger_list *linger, int64_t close_timeout_ms)
{
	linger->close_timeout_ms = close_timeout_ms;
}

static void
finish(struct linger_list *linger, struct connection *connection)
{
	loop_remove(linger->loop, connection->fd, &connection->watch);
	TAILQ_REMOVE(&linger->draining, connection, link);
	linger->count--;
	connection_free(connection);
}

void
linger_free(struct linger_list *linger)
{
	struct connection *connection;

	if (linger == NULL)
		return;
	linger_collect(linger);
	while ((connection = TAILQ_FIRST(&linger->draining)) != NULL)
		finish(linger, connection);
	sync_mutex_fini(&linger->mutex);
	free(linger);
}

void
linger_give(struct linger_list *linger, struct connection *connection)
{
	sync_lock(&linger->mutex);
	bool first = TAILQ_EMPTY(&linger->given);
	TAILQ_INSERT_TAIL(&linger->given, connection, link);
	linger->given_count++;
	sync_unlock(&linger->mutex);
	if (first)
		loop_wake(linger->loop);
}

/* Throws away what is there. True while more may come. */
static bool
drain(struct linger_list *linger, struct connection *connection)
{
	for (;;) {
		ssize_t n =
		    recv(connection->fd, linger->bin, sizeof linger->bin, MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		connection->drained += (uint64_t)n;
		if (n == 0 || connection->drained > DRAIN_MAX)
			return false;
	}
}

static void
on_bytes(struct watch *watch, uint32_t events)
{
	struct linger_list *linger = watch->holder;
	struct connection *connection = (struct connection *)watch;

	(void)events;
	if (!drain(linger, connection))
		finish(linger, connection);
}

void
linger_add(struct linger_list *linger, struct connection *connection)
{
	if (!drain(linger, connection)) {
		connection_free(connection);
		return;
	}
	connection->watch = (struct watch){ .ready = on_bytes, .holder = linger };
	connection->deadline = deadline_in(linger->close_timeout_ms);
	if (loop_add(linger->loop, connection->fd, EPOLLIN | EPOLLRDHUP,
		&connection->watch) < 0) {
		connection_free(connection);
		return;
	}
	TAILQ_INSERT_TAIL(&linger->draining, connection, link);
	linger->count++;
}

void
linger_collect(struct linger_list *linger)
{
	struct connection_list taken = TAILQ_HEAD_INITIALIZER(taken);
	struct connection *connection;

	sync_lock(&linger->mutex);
	TAILQ_CONCAT(&taken, &linger->given, link);
	linger->given_count = 0;
	sync_unlock(&linger->mutex);
	while ((connection = TAILQ_FIRST(&taken)) != NULL) {
		TAILQ_REMOVE(&taken, connection, link);
		linger_add(linger, connection);
	}
}

struct deadline
linger_expire(struct linger_list *linger)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&linger->draining)) != NULL) {
		if (!deadline_passed(connection->deadline))
			return connection->deadline;
		finish(linger, connection);
	}
	return deadline_never();
}

size_t
linger_count(struct linger_list *linger)
{
	sync_lock(&linger->mutex);
	size_t given = linger->given_count;
	sync_unlock(&linger->mutex);
	return linger->count + given;
}
