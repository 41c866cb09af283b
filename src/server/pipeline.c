/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of all connections. */
#include "server/pipeline.h"

#include <sched.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "responders/responder.h"
#include "server/accept/acceptor.h"
#include "server/accept/admission.h"
#include "server/accept/relief.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/limits/limits.h"
#include "server/wait/linger.h"
#include "server/event/loop.h"
#include "server/wait/parking.h"
#include "server/worker/pool.h"
#include "server/worker/dispatch.h"
#include "server/worker/queue.h"
#include "server/worker/returns.h"
#include "server/connection/connectiontable.h"
#include "server/snapshot/acmeservice.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"

struct pipeline {
	const struct connection_shared *shared;
	struct acceptor *acceptor;
	struct limits *limits;
	struct admission *admission;
	struct dispatch *dispatch;
	struct queue *queue;
	struct pool *pool;
	struct returns *returns;
	struct parking *parking;
	struct linger_list *linger;
};

/* True if the connection occupies one of its service's workers even while it is parked. */
static bool
occupies_worker(const struct connection *connection)
{
	return connection->session != NULL && connection->step == PHASE_ANSWER &&
	       responder_occupies(connection->service->responder);
}

/* Parks a connection. If it lacks descriptors, another one is closed to free some. If not, it may
 * have taken the spare ones of the workers. */
static void
park_connection(struct pipeline *pipeline, struct connection *connection)
{
	bool wants = connection->cursor.wants;

	connection->cursor.wants = false;
	if (wants)
		acceptor_relieve(pipeline->acceptor);
	parking_add(pipeline->parking, connection);
	if (!wants)
		acceptor_keep_spare(pipeline->acceptor);
}

/* Takes a connection from a worker, which is done with it for now or for good. */
static void
take_from_worker(struct pipeline *pipeline, struct connection *connection)
{
	if (!occupies_worker(connection))
		connection_give_worker(connection);
	if (connection->session != NULL)
		park_connection(pipeline, connection);
	else if (connection->finished)
		connection_free(connection);
	else
		linger_add(pipeline->linger, connection);
}

/* Collects the connections that come back from the workers. Returns when to do it again. */
static struct deadline
collect_returned(struct pipeline *pipeline)
{
	struct connection_list returned = TAILQ_HEAD_INITIALIZER(returned);
	struct deadline next = returns_collect(pipeline->returns, &returned);
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&returned)) != NULL) {
		TAILQ_REMOVE(&returned, connection, link);
		take_from_worker(pipeline, connection);
	}
	return next;
}

/* Stops accepting while the queue is full. */
static void
pause_or_resume(struct pipeline *pipeline)
{
	if (admission_has_room(pipeline->admission))
		acceptor_resume(pipeline->acceptor);
	else
		acceptor_pause(pipeline->acceptor);
}

/* Returns the number of processors that this process may use. */
static size_t
count_processors(void)
{
	cpu_set_t set;

	/* Fails if there are more than the set has room for. */
	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return CPU_SETSIZE;
	return (size_t)CPU_COUNT(&set);
}

struct pipeline *
pipeline_new(const struct conf_process *conf, struct loop *loop,
    const struct connection_shared *shared)
{
	struct pipeline *pipeline = memory_new(sizeof *pipeline);

	pipeline->shared = shared;
	pipeline->limits = limits_new();
	pipeline->queue = queue_new((size_t)conf->queue_size, count_processors(), loop);
	pipeline->dispatch = dispatch_new(pipeline->queue);
	pipeline->returns = returns_new(loop);
	pipeline->parking = parking_new(loop, pipeline->dispatch);
	pipeline->linger = linger_new(loop);
	pipeline->admission =
	    admission_new(loop, pipeline->limits, pipeline->dispatch, pipeline->linger);
	struct relief relief = { .admission = pipeline->admission,
		.parking = pipeline->parking,
		.linger = pipeline->linger };
	pipeline->acceptor = acceptor_new(loop, shared, &relief);
	return pipeline;
}

void
pipeline_free(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	queue_close(pipeline->queue);
	if (pipeline->pool != NULL)
		pool_stop(pipeline->pool);
	admission_free(pipeline->admission);
	dispatch_free(pipeline->dispatch);
	returns_free(pipeline->returns);
	parking_free(pipeline->parking);
	linger_free(pipeline->linger);
	acceptor_free(pipeline->acceptor);
	limits_free(pipeline->limits);
	queue_free(pipeline->queue);
	free(pipeline);
}

/* Sets the limits of the service for challenges, if there is one. */
static void
limit_challenges(struct pipeline *pipeline, const struct snapshot *snapshot)
{
	const struct service *service = snapshot_challenges(snapshot);

	if (service == NULL)
		return;
	struct limit_settings limits =
	    acmeservice_limits(snapshot_conf(snapshot)->process.workers);
	limits_set_service(pipeline->limits, service->name, &limits);
	stats_tally(pipeline->shared->stats, service->name);
}

static void
apply_limits(struct pipeline *pipeline, const struct snapshot *snapshot)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;

	admission_limit(
	    pipeline->admission, conf->hello_timeout_ms, (size_t)conf->max_waiting);
	dispatch_limit(pipeline->dispatch, (size_t)conf->max_waiting);
	parking_limit(pipeline->parking, (size_t)conf->max_waiting);
	linger_limit(pipeline->linger, conf->close_timeout_ms);
	limits_set_process(pipeline->limits, &conf->limits);
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		const struct service *service = snapshot_service(snapshot, i);
		struct limit_settings limits = service->conf->limits;
		if (responder_occupies(service->responder) && limits.max_workers == 0)
			limits.max_workers = conf->workers;
		limits_set_service(pipeline->limits, service->name, &limits);
		/* Made here, while there is memory, instead of for the first client. */
		stats_tally(pipeline->shared->stats, service->name);
	}
	limit_challenges(pipeline, snapshot);
}

int
pipeline_use(
    struct pipeline *pipeline, struct snapshot *snapshot, struct findings *findings)
{
	if (acceptor_use(pipeline->acceptor, snapshot, findings) < 0)
		return -1;
	apply_limits(pipeline, snapshot);
	return 0;
}

int
pipeline_start(struct pipeline *pipeline, size_t workers, size_t stack_bytes)
{
	pipeline->pool =
	    pool_start(workers, stack_bytes, pipeline->queue, pipeline->returns);
	return pipeline->pool != NULL ? 0 : -1;
}

struct deadline
pipeline_expire(struct pipeline *pipeline)
{
	struct deadline next = deadline_earlier(
	    collect_returned(pipeline), admission_expire(pipeline->admission));

	next = deadline_earlier(next, parking_expire(pipeline->parking));
	next = deadline_earlier(next, linger_expire(pipeline->linger));
	next = deadline_earlier(next, acceptor_expire(pipeline->acceptor));
	next = deadline_earlier(next, dispatch_expire(pipeline->dispatch));
	pause_or_resume(pipeline);
	return next;
}

void
pipeline_close(struct pipeline *pipeline, struct deadline hello)
{
	acceptor_close(pipeline->acceptor);
	admission_hurry(pipeline->admission, hello);
}

/* True if no worker has a connection, or will get one from the queue. */
static bool
workers_are_idle(const struct pipeline *pipeline)
{
	return dispatch_enqueued(pipeline->dispatch) == pool_served(pipeline->pool);
}

bool
pipeline_is_empty(const struct pipeline *pipeline)
{
	return admission_count(pipeline->admission) == 0 &&
	       dispatch_waiting(pipeline->dispatch) == 0 &&
	       parking_count(pipeline->parking) == 0 && workers_are_idle(pipeline) &&
	       returns_count(pipeline->returns) == 0 &&
	       linger_count(pipeline->linger) == 0;
}

void
pipeline_kill(struct pipeline *pipeline, struct connection *connection)
{
	connection_kill(connection, "by tlsdctl");
	/* A connection that waits for nothing from its client does not notice its end. */
	if (connection->phase == PHASE_PARKED)
		parking_rouse(pipeline->parking, connection);
}

/* Kills the connections that workers have. */
static void
kill_served(const struct connectiontable *table)
{
	for (struct connectiontable_entry *entry = connectiontable_first(table);
	     entry != NULL; entry = connectiontable_next(entry))
		if (connection_has_worker(entry->connection))
			connection_kill(entry->connection, CONNECTION_KILLED_AT_STOP);
}

bool
pipeline_cut(struct pipeline *pipeline)
{
	parking_clear(pipeline->parking, pipeline->shared->table);
	dispatch_clear(pipeline->dispatch);
	kill_served(pipeline->shared->table);
	if (!workers_are_idle(pipeline))
		return false;
	/* Some may have been given back to be parked. */
	collect_returned(pipeline);
	return parking_count(pipeline->parking) == 0;
}

struct acceptor *
pipeline_acceptor(const struct pipeline *pipeline)
{
	return pipeline->acceptor;
}
