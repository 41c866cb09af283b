/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread: accept, admit, enqueue, drain, reload, stop. */
#include "server/server.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/alert.h"
#include "base/findings.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/acceptor.h"
#include "server/admission.h"
#include "server/certwatch.h"
#include "server/conf.h"
#include "server/connection.h"
#include "server/entry.h"
#include "server/limits.h"
#include "server/linger.h"
#include "server/loop.h"
#include "server/metrics.h"
#include "server/overview.h"
#include "server/pool.h"
#include "server/queue.h"
#include "server/sandbox.h"
#include "server/review.h"
#include "server/roster.h"
#include "server/snapshot.h"
#include "server/standby.h"
#include "server/stats.h"
#include "server/status.h"

#define DRAIN_HELLO_MS 1000 /* who has not said hello by then will not */
#define DRAIN_TURN_MS 20 /* how often draining looks whether all is done */

#define EXPIRY_LOOK_MS (24LL * 60 * 60 * 1000)

enum course { RUNNING, DRAINING, CUTTING };

struct server {
	struct server_origin origin;
	struct snapshot *snapshot;
	struct stats *stats;
	struct roster *roster;
	struct overview *overview;
	struct figures figures; /* what it tells clients */
	struct loop *loop;
	struct acceptor *acceptor;
	struct admission *admission;
	struct linger_list *linger;
	struct queue *queue;
	struct pool *pool;
	struct limits *limits;
	struct connection_list ready; /* admitted, but the queue was full */
	size_t ready_count;
	struct standby *standby;
	uint64_t enqueued; /* since the start */
	int signal_fd;
	struct watch signal_watch;
	enum course course;
	struct certwatch *certwatch;
	struct deadline next_expiry_look;
	struct deadline drain_deadline;
};

void
server_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGUSR1);
	sigaddset(signals, SIGUSR2);
	sigaddset(signals, SIGPIPE);
}

static const struct conf_process *
process_conf(const struct server *server)
{
	return &snapshot_conf(server->snapshot)->process;
}

/* Enqueues what has been admitted, in order; what does not fit stops the accepting. */
static void
enqueue_ready(struct server *server)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&server->ready)) != NULL) {
		/* The moment it is pushed it belongs to a worker. */
		TAILQ_REMOVE(&server->ready, connection, link);
		if (!queue_push(server->queue, connection)) {
			TAILQ_INSERT_HEAD(&server->ready, connection, link);
			acceptor_pause(server->acceptor);
			return;
		}
		server->ready_count--;
		server->enqueued++;
	}
	acceptor_resume(server->acceptor);
}

static void
make_ready(struct server *server, struct connection *connection)
{
	connection->hurried = limits_bound_workers(connection->gate);
	connection_enter(connection, PHASE_QUEUE);
	connection->queued_ns = connection->phase_ns;
	TAILQ_INSERT_TAIL(&server->ready, connection, link);
	server->ready_count++;
	enqueue_ready(server);
}

static void
enqueue(struct server *server, struct connection *connection)
{
	if (limits_take_worker(connection->gate))
		make_ready(server, connection);
	else
		standby_add(server->standby, connection);
}

/* Ends a connection that costs nothing yet, and to which there is nothing to say. */
static void
turn_away(struct connection *connection, enum failure failure, const char *reason)
{
	connection_fail(connection, failure, reason);
	connection_free(connection);
}

static void
on_admitted(
    void *context, struct connection *connection, const struct clienthello *hello)
{
	struct server *server = context;
	struct admission *admission = server->admission;
	const char *reason;
	enum failure failure = entry_route(server->limits, connection, hello, &reason);

	if (failure == FAILURE_NONE)
		enqueue(server, connection);
	else if (failure == FAILURE_SNI)
		admission_reject(
		    admission, connection, failure, reason, ALERT_UNRECOGNIZED_NAME);
	else if (failure == FAILURE_ALPN)
		admission_reject(admission, connection, failure, reason,
		    ALERT_NO_APPLICATION_PROTOCOL);
	else
		turn_away(connection, failure, reason);
}

/* A worker is done with `connection`: those who wait for that take over. */
static void
on_returned(void *context, struct connection *connection)
{
	struct server *server = context;
	struct gate *gate = connection->gate;

	limits_give_worker(gate);
	while (limits_take_worker(gate)) {
		struct connection *next = standby_take(server->standby, gate);
		if (next == NULL) {
			limits_give_worker(gate);
			return;
		}
		make_ready(server, next);
	}
}

static void
on_accepted(void *context, struct connection *connection)
{
	struct server *server = context;
	const char *reason;
	enum failure failure = entry_meet(server->limits, connection, &reason);

	if (failure == FAILURE_NONE)
		admission_add(server->admission, connection);
	else
		turn_away(connection, failure, reason);
}

static enum failure
on_introduced(void *context, struct connection *connection, const char **reason)
{
	struct server *server = context;

	return entry_greet(server->limits, connection, reason);
}

static bool
on_exhaustion(void *context)
{
	struct server *server = context;

	size_t waiting = admission_count(server->admission);

	/* Not a newcomer where the crowd has been answered already, and will not leave. */
	if (linger_count(server->linger) > waiting && linger_evict(server->linger))
		return true;
	return admission_evict(server->admission, "the limit of open files");
}

/* Called by a worker: the main thread shall call enqueue_ready(). */
static void
on_space(void *context)
{
	struct server *server = context;

	loop_wake(server->loop);
}

static void
apply_limits(struct server *server)
{
	const struct conf_process *conf = process_conf(server);

	admission_limit(
	    server->admission, conf->hello_timeout_ms, (size_t)conf->max_waiting);
	standby_limit(server->standby, (size_t)conf->max_waiting);
	linger_limit(server->linger, conf->close_timeout_ms);
	limits_set_process(server->limits, &conf->limits);
	for (size_t i = 0; i < snapshot_service_count(server->snapshot); i++) {
		const struct service *service = snapshot_service(server->snapshot, i);
		limits_set_service(
		    server->limits, service->name, &service->conf->limits);
	}
}

int
server_open_log(const struct conf_process *conf, bool daemon)
{
	struct log_settings settings = { .level = (enum log_level)conf->log_level,
		.file = conf->log_file,
		.syslog = conf->syslog || (daemon && conf->log_file[0] == '\0'),
		.facility = conf_facility(conf) };

	return log_open(&settings);
}

static void
warn_fixed(const struct conf *old, const struct conf *new)
{
	char *names = conf_fixed_differences(old, new);

	if (names[0] != '\0')
		log_warning("reload: %s: only a restart changes that", names);
	free(names);
}

static void
watch_files(struct server *server)
{
	certwatch_use(server->certwatch, snapshot_conf(server->snapshot),
	    snapshot_files_state(server->snapshot));
}

/* What is told of the server is told of `snapshot`, and by it. */
static void
put_in_view(struct server *server, struct snapshot *snapshot)
{
	snapshot_show(snapshot, &server->figures);
	overview_use(server->overview, snapshot);
}

static int
use_new_snapshot(struct server *server, struct findings *findings)
{
	struct snapshot *new =
	    snapshot_new(server->origin.path, server->snapshot, findings);

	if (new == NULL)
		return -1;
	size_t errors = findings->errors;
	sandbox_check(server->origin.sandbox, new, findings);
	if (findings->errors > errors) {
		snapshot_drop(new);
		return -1;
	}
	if (server_open_log(&snapshot_conf(new)->process, server->origin.daemon) < 0) {
		findings_error(findings, "log-file: %s: %s",
		    snapshot_conf(new)->process.log_file, strerrordesc_np(errno));
		snapshot_drop(new);
		return -1;
	}
	if (acceptor_use(server->acceptor, new, findings) < 0) {
		server_open_log(process_conf(server), server->origin.daemon);
		snapshot_drop(new);
		return -1;
	}
	warn_fixed(snapshot_conf(server->snapshot), snapshot_conf(new));
	snapshot_drop(server->snapshot);
	server->snapshot = new;
	roster_use(server->roster, new);
	review_all(server->roster, new);
	put_in_view(server, new);
	acceptor_announce(server->acceptor);
	apply_limits(server);
	watch_files(server);
	return 0;
}

static void
log_findings(const struct findings *findings, const char *what)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].kind == FINDING_ERROR)
			log_error("%s: %s", what, findings->items[i].text);
		else
			log_warning("%s: %s", what, findings->items[i].text);
}

int
server_reload(struct server *server, struct findings *findings)
{
	int result = use_new_snapshot(server, findings);

	overview_note_reload(server->overview, result == 0);
	log_findings(findings, "reload");
	if (result == 0)
		log_notice("reload: done");
	else
		log_error("reload: failed, the old configuration stays in force");
	return result;
}

static void
reload_unasked(struct server *server)
{
	struct findings findings;

	findings_init(&findings);
	server_reload(server, &findings);
	findings_fini(&findings);
}

static void
drain(struct server *server)
{
	int64_t timeout_ms = process_conf(server)->shutdown_timeout_ms;

	log_notice("stopping: finishing what has begun");
	server->course = DRAINING;
	overview_set_state(server->overview, OVERVIEW_STOPPING);
	server->drain_deadline = deadline_in(timeout_ms);
	acceptor_close(server->acceptor);
	admission_hurry(server->admission, deadline_in(DRAIN_HELLO_MS));
}

static void
cut(struct server *server, const char *why)
{
	log_warning("stopping: cutting what is not finished: %s", why);
	server->course = CUTTING;
}

static void
on_certificates_changed(void *context)
{
	reload_unasked(context);
}

/* Who reads the log once a day learns in time what ends soon. */
static struct deadline
look_at_expiry(struct server *server)
{
	struct findings findings;

	if (!deadline_passed(server->next_expiry_look))
		return server->next_expiry_look;
	server->next_expiry_look = deadline_in(EXPIRY_LOOK_MS);
	findings_init(&findings);
	snapshot_warn(server->snapshot, &findings);
	for (size_t i = 0; i < findings.count; i++)
		log_warning("%s", findings.items[i].text);
	findings_fini(&findings);
	return server->next_expiry_look;
}

void
server_stop(struct server *server)
{
	if (server->course == RUNNING)
		drain(server);
	else if (server->course == DRAINING)
		cut(server, "told to stop twice");
}

/* The status, a line of the log for each of its own. */
static void
log_status(const struct server *server)
{
	char *text = NULL, *rest, *line;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	server_print_status(server, out);
	fclose(out);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		log_notice("status: %s", line);
	free(text);
}

static void
handle_signal(struct server *server, uint32_t signal)
{
	switch (signal) {
	case SIGTERM:
	case SIGINT:
		server_stop(server);
		break;
	case SIGHUP:
		reload_unasked(server);
		break;
	case SIGUSR1:
		if (log_reopen() < 0)
			log_error("log-file: %m: the old file stays in use");
		else
			log_notice("log file reopened");
		break;
	case SIGUSR2:
		log_status(server);
		break;
	default: /* SIGPIPE: who left is noticed by writing */
		break;
	}
}

static void
on_signal(struct watch *watch, uint32_t events)
{
	struct server *server = watch->holder;
	struct signalfd_siginfo info;

	(void)events;
	while (read(server->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
		handle_signal(server, info.ssi_signo);
}

static int
watch_signals(struct server *server)
{
	sigset_t signals;

	server_signals(&signals);
	server->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	server->signal_watch = (struct watch){ .ready = on_signal, .holder = server };
	if (server->signal_fd < 0)
		return -1;
	return loop_add(
	    server->loop, server->signal_fd, EPOLLIN, &server->signal_watch);
}

/* Those that this process may use. */
static size_t
count_processors(void)
{
	cpu_set_t set;

	/* Fails where there are more than the set has room for. */
	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return CPU_SETSIZE;
	return (size_t)CPU_COUNT(&set);
}

/* The parts that cannot fail once there is a loop. */
static void
make_parts(struct server *server)
{
	server->stats = stats_new((size_t)process_conf(server)->workers + 1);
	server->roster = roster_new(server->stats);
	roster_use(server->roster, server->snapshot);
	server->overview =
	    overview_new(server->stats, (size_t)process_conf(server)->workers);
	server->figures = metrics_figures(server->overview);
	put_in_view(server, server->snapshot);
	server->limits = limits_new();
	server->standby = standby_new();
	server->linger = linger_new(server->loop, on_returned, server);
	struct admission_ports admission_ports = { .loop = server->loop,
		.linger = server->linger,
		.greet = on_introduced,
		.admit = on_admitted,
		.context = server };
	server->admission = admission_new(&admission_ports);
	struct acceptor_ports acceptor_ports = { .loop = server->loop,
		.roster = server->roster,
		.take = on_accepted,
		.relieve = on_exhaustion,
		.context = server };
	server->acceptor = acceptor_new(&acceptor_ports);
	server->queue = queue_new((size_t)process_conf(server)->queue_size,
	    count_processors(), on_space, server);
	apply_limits(server);
	server->certwatch =
	    certwatch_new(server->loop, on_certificates_changed, server);
}

struct server *
server_new(const struct server_origin *origin, struct snapshot *snapshot,
    struct findings *findings)
{
	struct server *server = memory_new(sizeof *server);

	server->origin = *origin;
	server->snapshot = snapshot_take(snapshot);
	server->signal_fd = -1;
	server->drain_deadline = deadline_never();
	TAILQ_INIT(&server->ready);
	server->loop = loop_new();
	if (server->loop == NULL || watch_signals(server) < 0) {
		findings_error(findings, "event loop: %s", strerrordesc_np(errno));
		server_free(server);
		return NULL;
	}
	make_parts(server);
	if (acceptor_use(server->acceptor, snapshot, findings) == 0)
		return server;
	server_free(server);
	return NULL;
}

int
server_start(struct server *server, struct findings *findings)
{
	const struct conf_process *conf = process_conf(server);

	server->pool = pool_start((size_t)conf->workers, (size_t)conf->stack_size,
	    server->queue, server->linger);
	if (server->pool == NULL) {
		findings_error(findings,
		    "workers: the system does not give %" PRId64
		    " threads (%s): set fewer workers, or raise ulimit -u",
		    conf->workers, strerrordesc_np(errno));
		return -1;
	}
	/* Everything that is watched is watched with the rights of the daemon's user. */
	watch_files(server);
	server->next_expiry_look = deadline_in(EXPIRY_LOOK_MS);
	acceptor_announce(server->acceptor);
	log_notice("started: %" PRId64 " workers", conf->workers);
	return 0;
}

/* Connections that workers have or will have. */
static uint64_t
outstanding(const struct server *server)
{
	return server->enqueued - pool_served(server->pool);
}

static bool
is_drained(struct server *server)
{
	return admission_count(server->admission) == 0 && server->ready_count == 0 &&
	       standby_count(server->standby) == 0 && outstanding(server) == 0 &&
	       linger_count(server->linger) == 0;
}

/* Throws away what no worker has, and makes workers give up what they have. */
static void
throw_away(struct server *server)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&server->ready)) != NULL) {
		TAILQ_REMOVE(&server->ready, connection, link);
		connection_fail(
		    connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
		connection_free(connection);
	}
	server->ready_count = 0;
	standby_clear(server->standby);
	while ((connection = queue_try_pop(server->queue)) != NULL) {
		server->enqueued--;
		connection_fail(
		    connection, FAILURE_REFUSED_LIMIT, "the server is stopping");
		connection_free(connection);
	}
	roster_cut(server->roster);
}

/* One look at whether stopping has come to its end. */
static bool
is_stopped(struct server *server)
{
	if (server->course == DRAINING && is_drained(server))
		return true;
	if (server->course == DRAINING && deadline_passed(server->drain_deadline))
		cut(server, "shutdown-timeout is over");
	if (server->course != CUTTING)
		return false;
	throw_away(server);
	return outstanding(server) == 0;
}

static struct deadline
expire_all(struct server *server)
{
	struct deadline next = deadline_earlier(admission_expire(server->admission),
	    deadline_earlier(
		linger_expire(server->linger), acceptor_expire(server->acceptor)));

	next = deadline_earlier(next, standby_expire(server->standby));
	next = deadline_earlier(next, look_at_expiry(server));
	if (server->course == RUNNING)
		next = deadline_earlier(next, certwatch_expire(server->certwatch));
	if (server->course != RUNNING)
		next = deadline_earlier(next, deadline_in(DRAIN_TURN_MS));
	return next;
}

void
server_run(struct server *server)
{
	while (!is_stopped(server)) {
		loop_turn(server->loop, expire_all(server));
		if (server->ready_count > 0)
			enqueue_ready(server);
	}
	struct stats_sums sums;

	stats_sum(server->stats, &sums);
	log_notice("stopped: %" PRIu64 " connections answered, %" PRIu64 " failed",
	    sums.done, stats_failed(&sums));
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	if (server->queue != NULL)
		queue_close(server->queue);
	if (server->pool != NULL)
		pool_stop(server->pool);
	admission_free(server->admission);
	standby_free(server->standby);
	linger_free(server->linger);
	acceptor_free(server->acceptor);
	certwatch_free(server->certwatch);
	limits_free(server->limits);
	queue_free(server->queue);
	overview_free(server->overview);
	roster_free(server->roster);
	stats_free(server->stats);
	if (server->signal_fd >= 0)
		close(server->signal_fd);
	loop_free(server->loop);
	snapshot_drop(server->snapshot);
	free(server);
}

int
server_drain(struct server *server)
{
	if (server->course != RUNNING)
		return -1;
	if (overview_state(server->overview) == OVERVIEW_RUNNING)
		log_notice("draining: asking for no more clients");
	overview_set_state(server->overview, OVERVIEW_DRAINING);
	return 0;
}

int
server_resume(struct server *server)
{
	if (server->course != RUNNING)
		return -1;
	if (overview_state(server->overview) == OVERVIEW_DRAINING)
		log_notice("draining: ended, asking for clients again");
	overview_set_state(server->overview, OVERVIEW_RUNNING);
	return 0;
}

int
server_kill(struct server *server, uint64_t id)
{
	struct connection *connection = roster_find(server->roster, id);

	if (connection == NULL)
		return -1;
	connection_kill(connection);
	return 0;
}

struct overview *
server_overview(const struct server *server)
{
	return server->overview;
}

void
server_print_status(const struct server *server, FILE *out)
{
	status_print(server->overview, server->acceptor, out);
	fprintf(out, "sandbox: %s\n", server_sandbox(server));
}

void
server_print_connections(const struct server *server, size_t max, FILE *out)
{
	status_print_connections(server->roster, max, out);
}

const char *
server_sandbox(const struct server *server)
{
	return sandbox_describe(server->origin.sandbox);
}

struct loop *
server_loop(const struct server *server)
{
	return server->loop;
}
