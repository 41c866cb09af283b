/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to the workers. */
#include "server/worker/dispatch.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/limits/limits.h"
#include "server/worker/queue.h"
#include "server/worker/servicequeue.h"

struct dispatch {
	struct queue *queue;
	struct servicequeue *servicequeue;
	uint64_t enqueued; /* since the start */
	struct deadline first_late; /* no wait in the queue is too long before it */
	bool full; /* the queue was, at the last look */
};

struct dispatch *
dispatch_new(struct queue *queue)
{
	struct dispatch *dispatch = memory_new(sizeof *dispatch);

	dispatch->queue = queue;
	dispatch->servicequeue = servicequeue_new();
	dispatch->first_late = deadline_never();
	return dispatch;
}

void
dispatch_free(struct dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	servicequeue_free(dispatch->servicequeue);
	free(dispatch);
}

void
dispatch_limit(struct dispatch *dispatch, size_t max)
{
	servicequeue_limit(dispatch->servicequeue, max);
}

/* Enqueues a connection that has its service's permission. It belongs to a worker from then on. */
static void
enqueue_connection(struct dispatch *dispatch, struct connection *connection)
{
	connection->hurried = limits_bound_workers(connection->gate);
	connection_enter(connection, PHASE_QUEUE);
	if (connection->session == NULL) {
		if (connection->queued_ns == 0)
			connection->queued_ns = connection->phase_ns;
		dispatch->first_late = deadline_earlier(
		    dispatch->first_late, connection_end_of_waiting(connection));
	}
	dispatch->enqueued++;
	dispatch->full = queue_push(dispatch->queue, connection);
}

void
dispatch_add(struct dispatch *dispatch, struct connection *connection)
{
	if (connection_take_worker(connection))
		enqueue_connection(dispatch, connection);
	else
		servicequeue_add(dispatch->servicequeue, connection);
}

bool
dispatch_is_full(struct dispatch *dispatch)
{
	if (dispatch->full)
		dispatch->full = queue_is_full(dispatch->queue);
	return dispatch->full;
}

/* The result of a look at connections that wait for a worker. */
struct sifting {
	struct connection_list out; /* taken out */
	struct deadline next; /* when the next one of the others will be late */
};

static bool
is_in_time(void *context, struct connection *connection)
{
	struct sifting *sifting = context;
	struct deadline end = connection_end_of_waiting(connection);

	if (connection->session != NULL) /* its worker notices if it is late */
		return true;
	if (deadline_passed(end))
		return false;
	sifting->next = deadline_earlier(sifting->next, end);
	return true;
}

/* Refuses the queued connections for which `keeps` returns false. Returns when the next one of
 * the others will be late, if `keeps` has looked for that. */
static struct deadline
refuse_queued(struct dispatch *dispatch,
    bool (*keeps)(void *context, struct connection *connection), enum failure failure,
    const char *reason)
{
	struct sifting sifting = { .out = TAILQ_HEAD_INITIALIZER(sifting.out),
		.next = deadline_never() };
	struct connection *connection;

	dispatch->enqueued -=
	    queue_sift(dispatch->queue, keeps, &sifting, &sifting.out);
	while ((connection = TAILQ_FIRST(&sifting.out)) != NULL) {
		TAILQ_REMOVE(&sifting.out, connection, link);
		outcome_refuse(connection, failure, reason);
	}
	return sifting.next;
}

struct deadline
dispatch_expire(struct dispatch *dispatch)
{
	struct connection *connection;

	if (deadline_passed(dispatch->first_late))
		dispatch->first_late = refuse_queued(dispatch, is_in_time,
		    FAILURE_HANDSHAKE_TIMEOUT, "no worker was free in time");
	struct deadline next = servicequeue_expire(dispatch->servicequeue);
	while ((connection = servicequeue_take(dispatch->servicequeue)) != NULL)
		enqueue_connection(dispatch, connection);
	next = deadline_earlier(next, dispatch->first_late);
	return deadline_earlier(next, queue_hurry(dispatch->queue));
}

/* True if only a worker can end the connection, which is then killed. */
static bool
is_begun(void *context, struct connection *connection)
{
	(void)context;
	if (connection->session == NULL || connection->step == PHASE_HANDSHAKE)
		return false;
	connection_kill(connection, CONNECTION_KILLED_AT_STOP);
	return true;
}

void
dispatch_clear(struct dispatch *dispatch)
{
	servicequeue_clear(dispatch->servicequeue);
	refuse_queued(
	    dispatch, is_begun, FAILURE_REFUSED_LIMIT, "the server is stopping");
}

size_t
dispatch_waiting(const struct dispatch *dispatch)
{
	return servicequeue_count(dispatch->servicequeue);
}

uint64_t
dispatch_enqueued(const struct dispatch *dispatch)
{
	return dispatch->enqueued;
}
