/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of all connections. */
#include "server/pipeline.h"

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alert.h"
#include "base/memory/memory.h"
#include "responders/responder.h"
#include "server/accept/acceptor.h"
#include "server/accept/admission.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/accept/entry.h"
#include "server/limits/limits.h"
#include "server/wait/linger.h"
#include "server/event/loop.h"
#include "server/wait/parking.h"
#include "server/worker/pool.h"
#include "server/worker/queue.h"
#include "server/connection/connectiontable.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/worker/servicequeue.h"
#include "server/connection/stats.h"

struct pipeline {
	struct loop *loop;
	const struct connection_shared *shared;
	struct acceptor *acceptor;
	struct admission *admission;
	struct linger_list *linger;
	struct queue *queue;
	struct pool *pool;
	struct limits *limits;
	struct servicequeue *servicequeue;
	struct parking *parking;
	struct connection_list ready; /* admitted, but the queue was full */
	size_t ready_count;
	uint64_t enqueued; /* since the start */
	struct deadline first_late; /* no wait for a worker is too long before it */
};

/* Enqueues admitted connections in order. If the queue is full, stops accepting. */
static void
enqueue_ready(struct pipeline *pipeline)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&pipeline->ready)) != NULL) {
		/* Once it is pushed, it belongs to a worker. */
		TAILQ_REMOVE(&pipeline->ready, connection, link);
		if (!queue_push(pipeline->queue, connection)) {
			TAILQ_INSERT_HEAD(&pipeline->ready, connection, link);
			acceptor_pause(pipeline->acceptor);
			return;
		}
		pipeline->ready_count--;
		pipeline->enqueued++;
	}
	acceptor_resume(pipeline->acceptor);
}

static void
make_ready(struct pipeline *pipeline, struct connection *connection)
{
	connection->hurried = limits_bound_workers(connection->gate);
	connection_enter(connection, PHASE_QUEUE);
	if (connection->session == NULL) {
		connection->queued_ns = connection->phase_ns;
		pipeline->first_late = deadline_earlier(
		    pipeline->first_late, connection_end_of_waiting(connection));
	}
	TAILQ_INSERT_TAIL(&pipeline->ready, connection, link);
	pipeline->ready_count++;
	enqueue_ready(pipeline);
}

static void
enqueue(struct pipeline *pipeline, struct connection *connection)
{
	if (limits_take_worker(connection->gate))
		make_ready(pipeline, connection);
	else
		servicequeue_add(pipeline->servicequeue, connection);
}

static void
on_admitted(
    void *context, struct connection *connection, const struct clienthello *hello)
{
	struct pipeline *pipeline = context;
	struct admission *admission = pipeline->admission;
	const char *reason;
	enum failure failure =
	    entry_route(pipeline->limits, connection, hello, &reason);

	if (failure == FAILURE_NONE)
		enqueue(pipeline, connection);
	else if (failure == FAILURE_SNI)
		admission_reject(
		    admission, connection, failure, reason, ALERT_UNRECOGNIZED_NAME);
	else if (failure == FAILURE_ALPN)
		admission_reject(admission, connection, failure, reason,
		    ALERT_NO_APPLICATION_PROTOCOL);
	else
		outcome_refuse(connection, failure, reason);
}

/* True if it occupies one of its service's workers even while it is parked. */
static bool
occupies(const struct connection *connection)
{
	return connection->step == PHASE_ANSWER &&
	       responder_occupies(connection->service->responder);
}

/* Handles a parked connection that can go on. */
static void
on_unparked(void *context, struct connection *connection)
{
	if (occupies(connection))
		make_ready(context, connection);
	else
		enqueue(context, connection);
}

/* Handles the end of a worker's use of `gate`: connections that wait for it take over. */
static void
pass_on(struct pipeline *pipeline, struct gate *gate)
{
	limits_give_worker(gate);
	while (limits_take_worker(gate)) {
		struct connection *next =
		    servicequeue_take(pipeline->servicequeue, gate);
		if (next == NULL) {
			limits_give_worker(gate);
			return;
		}
		make_ready(pipeline, next);
	}
}

/* Handles a parked connection that has ended. */
static void
on_lost(void *context, struct connection *connection)
{
	if (occupies(connection))
		pass_on(context, connection->gate);
}

/* Parks a connection. If it lacks descriptors, another one is closed to free some. If not, it may
 * have taken the spare ones of the workers. */
static void
park(struct pipeline *pipeline, struct connection *connection)
{
	bool wants = connection->cursor.wants;

	connection->cursor.wants = false;
	if (wants)
		acceptor_relieve(pipeline->acceptor);
	parking_add(pipeline->parking, connection);
	if (!wants)
		acceptor_keep_spare(pipeline->acceptor);
}

/* Takes a connection back from a worker, which is done with it for now or for good. */
static bool
on_returned(void *context, struct connection *connection)
{
	struct pipeline *pipeline = context;

	if (connection->session == NULL || !occupies(connection))
		pass_on(pipeline, connection->gate);
	if (connection->session == NULL)
		return false;
	park(pipeline, connection);
	return true;
}

static void
on_accepted(void *context, struct connection *connection)
{
	struct pipeline *pipeline = context;
	const char *reason;
	enum failure failure = entry_meet(pipeline->limits, connection, &reason);

	if (failure == FAILURE_NONE)
		admission_add(pipeline->admission, connection);
	else
		outcome_refuse(connection, failure, reason);
}

static enum failure
on_introduced(void *context, struct connection *connection, const char **reason)
{
	struct pipeline *pipeline = context;

	return entry_greet(pipeline->limits, connection, reason);
}

static bool
on_exhaustion(void *context, const char *limit)
{
	struct pipeline *pipeline = context;

	size_t waiting = admission_count(pipeline->admission);

	/* Do not evict a new client while there are more parked or lingering connections:
	 * answered ones whose clients stay, or clients that do not take their answer. */
	if (parking_count(pipeline->parking) > waiting &&
	    parking_count(pipeline->parking) > linger_count(pipeline->linger)) {
		parking_evict(pipeline->parking, limit);
		return true;
	}
	if (linger_count(pipeline->linger) > waiting && linger_evict(pipeline->linger))
		return true;
	return admission_evict(pipeline->admission, limit);
}

/* Called by a worker; makes the main thread call enqueue_ready(). */
static void
on_space(void *context)
{
	struct pipeline *pipeline = context;

	loop_wake(pipeline->loop);
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

	pipeline->loop = loop;
	pipeline->shared = shared;
	pipeline->first_late = deadline_never();
	TAILQ_INIT(&pipeline->ready);
	pipeline->limits = limits_new();
	pipeline->servicequeue = servicequeue_new();
	struct parking_ports parking_ports = {
		.loop = loop, .ready = on_unparked, .lost = on_lost, .context = pipeline
	};
	pipeline->parking = parking_new(&parking_ports);
	pipeline->linger = linger_new(loop, on_returned, pipeline);
	struct admission_ports admission_ports = { .loop = loop,
		.linger = pipeline->linger,
		.greet = on_introduced,
		.admit = on_admitted,
		.context = pipeline };
	pipeline->admission = admission_new(&admission_ports);
	struct acceptor_ports acceptor_ports = { .loop = loop,
		.shared = shared,
		.take = on_accepted,
		.relieve = on_exhaustion,
		.context = pipeline };
	pipeline->acceptor = acceptor_new(&acceptor_ports);
	pipeline->queue =
	    queue_new((size_t)conf->queue_size, count_processors(), on_space, pipeline);
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
	servicequeue_free(pipeline->servicequeue);
	parking_free(pipeline->parking);
	linger_free(pipeline->linger);
	acceptor_free(pipeline->acceptor);
	limits_free(pipeline->limits);
	queue_free(pipeline->queue);
	free(pipeline);
}

static void
apply_limits(struct pipeline *pipeline, const struct snapshot *snapshot)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;

	admission_limit(
	    pipeline->admission, conf->hello_timeout_ms, (size_t)conf->max_waiting);
	servicequeue_limit(pipeline->servicequeue, (size_t)conf->max_waiting);
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
	    pool_start(workers, stack_bytes, pipeline->queue, pipeline->linger);
	return pipeline->pool != NULL ? 0 : -1;
}

void
pipeline_turn(struct pipeline *pipeline)
{
	if (pipeline->ready_count > 0)
		enqueue_ready(pipeline);
}

/* The result of a look at connections that wait for a worker. */
struct sifting {
	struct connection_list late; /* taken out */
	struct deadline next; /* when the next one of the others will be late */
};

static bool
is_in_time(void *context, struct connection *connection)
{
	struct sifting *sifting = context;
	struct deadline end = connection_end_of_waiting(connection);

	if (connection->session != NULL) /* its worker notices if it is late */
		return true;
	if (deadline_passed(end)) {
		TAILQ_INSERT_TAIL(&sifting->late, connection, link);
		return false;
	}
	sifting->next = deadline_earlier(sifting->next, end);
	return true;
}

/* Does what queue_sift() does, for connections that the queue had no room for. */
static void
sift_ready(struct pipeline *pipeline,
    bool (*keeps)(void *context, struct connection *connection), void *context)
{
	struct connection_list all = TAILQ_HEAD_INITIALIZER(all);
	struct connection *connection;

	TAILQ_CONCAT(&all, &pipeline->ready, link);
	while ((connection = TAILQ_FIRST(&all)) != NULL) {
		TAILQ_REMOVE(&all, connection, link);
		if (keeps(context, connection))
			TAILQ_INSERT_TAIL(&pipeline->ready, connection, link);
		else
			pipeline->ready_count--;
	}
}

/* Ends connections that have waited for a worker until the end of their handshake time. Returns
 * when the next one will have. */
static struct deadline
expire_waiting(struct pipeline *pipeline)
{
	struct sifting sifting = { .late = TAILQ_HEAD_INITIALIZER(sifting.late),
		.next = deadline_never() };
	struct connection *connection;

	if (!deadline_passed(pipeline->first_late))
		return pipeline->first_late;
	pipeline->enqueued -= queue_sift(pipeline->queue, is_in_time, &sifting);
	sift_ready(pipeline, is_in_time, &sifting);
	pipeline->first_late = sifting.next;
	while ((connection = TAILQ_FIRST(&sifting.late)) != NULL) {
		TAILQ_REMOVE(&sifting.late, connection, link);
		pass_on(pipeline, connection->gate);
		outcome_refuse(connection, FAILURE_HANDSHAKE_TIMEOUT,
		    "no worker was free in time");
	}
	enqueue_ready(pipeline);
	return pipeline->first_late;
}

struct deadline
pipeline_expire(struct pipeline *pipeline)
{
	struct deadline next = deadline_earlier(
	    admission_expire(pipeline->admission), linger_expire(pipeline->linger));

	next = deadline_earlier(next, expire_waiting(pipeline));
	next = deadline_earlier(next, acceptor_expire(pipeline->acceptor));
	next = deadline_earlier(next, parking_expire(pipeline->parking));
	next = deadline_earlier(next, servicequeue_expire(pipeline->servicequeue));
	return deadline_earlier(next, queue_hurry(pipeline->queue));
}

void
pipeline_close(struct pipeline *pipeline, struct deadline hello)
{
	acceptor_close(pipeline->acceptor);
	admission_hurry(pipeline->admission, hello);
}

/* Returns how many connections workers have or will have. */
static uint64_t
outstanding(const struct pipeline *pipeline)
{
	return pipeline->enqueued - pool_served(pipeline->pool);
}

bool
pipeline_is_empty(const struct pipeline *pipeline)
{
	return admission_count(pipeline->admission) == 0 &&
	       pipeline->ready_count == 0 &&
	       servicequeue_count(pipeline->servicequeue) == 0 &&
	       parking_count(pipeline->parking) == 0 && outstanding(pipeline) == 0 &&
	       linger_count(pipeline->linger) == 0;
}

static void
refuse(struct connection *connection)
{
	outcome_refuse(connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
}

/* True if only a worker can end the connection, which is then killed. */
static bool
is_begun(void *context, struct connection *connection)
{
	struct sifting *sifting = context;

	if (connection->session != NULL && connection->step != PHASE_HANDSHAKE) {
		connection_kill(connection);
		return true;
	}
	TAILQ_INSERT_TAIL(&sifting->late, connection, link);
	return false;
}

void
pipeline_kill(struct pipeline *pipeline, struct connection *connection)
{
	connection_kill(connection);
	/* A connection that waits for nothing from its client does not notice its end. */
	if (connection->phase == PHASE_PARKED)
		parking_rouse(pipeline->parking, connection);
}

/* True if no connection is parked, after those that a worker has just given back. */
static bool
nobody_is_parked(struct pipeline *pipeline)
{
	linger_expire(pipeline->linger);
	return parking_count(pipeline->parking) == 0;
}

/* Kills the connections that workers have. */
static void
kill_served(const struct connectiontable *table)
{
	for (struct connectiontable_entry *entry = connectiontable_first(table);
	     entry != NULL; entry = connectiontable_next(entry))
		if (connection_has_worker(entry->connection))
			connection_kill(entry->connection);
}

bool
pipeline_cut(struct pipeline *pipeline)
{
	struct sifting sifting = { .late = TAILQ_HEAD_INITIALIZER(sifting.late) };
	struct connection *connection;

	servicequeue_clear(pipeline->servicequeue);
	parking_clear(pipeline->parking);
	pipeline->enqueued -= queue_sift(pipeline->queue, is_begun, &sifting);
	sift_ready(pipeline, is_begun, &sifting);
	while ((connection = TAILQ_FIRST(&sifting.late)) != NULL) {
		TAILQ_REMOVE(&sifting.late, connection, link);
		refuse(connection);
	}
	enqueue_ready(pipeline);
	kill_served(pipeline->shared->table);
	return pipeline->ready_count == 0 && outstanding(pipeline) == 0 &&
	       nobody_is_parked(pipeline);
}

struct acceptor *
pipeline_acceptor(const struct pipeline *pipeline)
{
	return pipeline->acceptor;
}
