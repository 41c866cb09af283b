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
#include "tls/plainalert.h"

/* How long what workers gave may lie. Clients close within a round trip, so most that are
 * collected after it need neither epoll_ctl(2) nor a turn of their own. */
#define COLLECT_MS 5

#define DRAIN_MAX (256 * 1024) /* a client that sends more is not about to close */

struct linger_list {
	struct loop *loop;
	void (*returned)(void *context, struct connection *connection);
	void *context;
	int64_t close_timeout_ms;
	struct connection_list draining; /* the longest first, so deadlines in order */
	size_t count;
	pthread_mutex_t mutex;
	struct connection_list
	    given; /* by workers, under the mutex, like given_count */
	size_t given_count;
	struct deadline collect; /* never, while nothing was given; under the mutex */
	unsigned char bin[16384];
};

struct linger_list *
linger_new(struct loop *loop,
    void (*returned)(void *context, struct connection *connection), void *context)
{
	struct linger_list *linger = memory_new(sizeof *linger);

	linger->loop = loop;
	linger->returned = returned;
	linger->context = context;
	TAILQ_INIT(&linger->draining);
	TAILQ_INIT(&linger->given);
	linger->collect = deadline_never();
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
linger_give(struct linger_list *linger, struct connection *connection)
{
	struct deadline collect = deadline_in(COLLECT_MS);

	if (connection->hurried) /* somebody waits for the worker that had it */
		collect.at_ns = deadline_now_ns();
	sync_lock(&linger->mutex);
	TAILQ_INSERT_TAIL(&linger->given, connection, link);
	linger->given_count++;
	bool sooner = collect.at_ns < linger->collect.at_ns;
	if (sooner)
		linger->collect = collect;
	sync_unlock(&linger->mutex);
	if (sooner)
		loop_wake(linger->loop);
}

/* After an early answer the first bytes are the client's part of the handshake, or what it
 * says instead. */
static void
look_for_alert(struct connection *connection, const unsigned char *bytes, size_t size)
{
	int alert = plainalert_find(bytes, size);

	if (alert >= 0)
		connection_refused(connection, alert);
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
		if (connection->early && connection->drained == 0)
			look_for_alert(connection, linger->bin, (size_t)n);
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
	if (connection->phase != PHASE_LINGER)
		connection_enter(connection, PHASE_LINGER);
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

/* Takes in what the workers gave; returns when there will be more to take. */
static struct deadline
collect_given(struct linger_list *linger)
{
	struct connection_list taken = TAILQ_HEAD_INITIALIZER(taken);
	struct connection *connection;

	sync_lock(&linger->mutex);
	if (deadline_passed(linger->collect)) {
		TAILQ_CONCAT(&taken, &linger->given, link);
		linger->given_count = 0;
		linger->collect = deadline_never();
	}
	struct deadline next = linger->collect;
	sync_unlock(&linger->mutex);
	while ((connection = TAILQ_FIRST(&taken)) != NULL) {
		TAILQ_REMOVE(&taken, connection, link);
		linger->returned(linger->context, connection);
		if (connection->finished)
			connection_free(connection);
		else
			linger_add(linger, connection);
	}
	return next;
}

struct deadline
linger_expire(struct linger_list *linger)
{
	struct deadline next = collect_given(linger);
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&linger->draining)) != NULL) {
		if (!deadline_passed(connection->deadline))
			return deadline_earlier(next, connection->deadline);
		finish(linger, connection);
	}
	return next;
}

void
linger_free(struct linger_list *linger)
{
	struct connection *connection;

	if (linger == NULL)
		return;
	while ((connection = TAILQ_FIRST(&linger->given)) != NULL) {
		TAILQ_REMOVE(&linger->given, connection, link);
		connection_free(connection);
	}
	while ((connection = TAILQ_FIRST(&linger->draining)) != NULL)
		finish(linger, connection);
	sync_mutex_fini(&linger->mutex);
	free(linger);
}

size_t
linger_count(struct linger_list *linger)
{
	sync_lock(&linger->mutex);
	size_t given = linger->given_count;
	sync_unlock(&linger->mutex);
	return linger->count + given;
}
