/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread: start, reload, drain, stop. */
#include "server/server.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "base/memory/reserve.h"
#include "base/net/resolver.h"
#include "base/file/safepath.h"
#include "base/text/text.h"
#include "responders/program/child.h"
#include "server/accept/acceptor.h"
#include "server/snapshot/certwatch.h"
#include "server/conf/conf.h"
#include "server/conf/facility.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/snapshot/current.h"
#include "server/snapshot/expiry.h"
#include "server/control/handover.h"
#include "server/snapshot/loader.h"
#include "server/event/loop.h"
#include "server/report/metrics.h"
#include "server/process/notify.h"
#include "server/report/serverinfo.h"
#include "server/process/pidfile.h"
#include "server/pipeline.h"
#include "server/limits/loglimit.h"
#include "server/connection/recheck.h"
#include "server/connection/connectiontable.h"
#include "server/sandbox/sandbox.h"
#include "server/event/signals.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"
#include "server/report/statustext.h"

#define DRAIN_HELLO_MS 1000 /* a client without a hello by then is closed */
#define DRAIN_TURN_MS 20 /* how often draining checks whether all have ended */

#define MINUTE_MS 60000
#define MS_PER_S 1000.0
#define ENDING_MS 10000 /* for the log and the memory, after the last connection */

/* The states that the service manager shows. */
#define SERVING "serving"
#define RELOAD_FAILED \
	", but the last reload failed and the old configuration is in force"

enum course { RUNNING, DRAINING, CUTTING };

struct server {
	struct server_origin origin;
	struct connection_shared shared;
	struct serverinfo *serverinfo;
	struct monitor figures; /* for the responders that report on the server */
	struct loop *loop;
	struct signals *signals;
	struct pipeline *pipeline;
	struct certwatch *certwatch;
	struct control
	    *control; /* owned by the caller, like the next two; may be NULL */
	struct pidfile *pidfile;
	struct notify *notify;
	struct loader *loader;
	unsigned reload_number; /* of the reload that runs, or ran last */
	bool reload_wanted; /* another reload must follow the one that runs */
	enum course course;
	struct deadline expiry; /* when to look for ended certificates */
	struct deadline drain_deadline;
};

/* Returns the snapshot in force. */
static struct snapshot *
in_force(const struct server *server)
{
	return current_look(server->shared.current);
}

static const struct conf_process *
process_conf(const struct server *server)
{
	return &snapshot_conf(in_force(server))->process;
}

int
server_open_log(const struct conf_process *conf, bool daemon)
{
	struct log_settings settings = { .level = (enum log_level)conf->log_level,
		.format = (enum log_format)conf->log_format,
		.file = conf->log_file,
		.syslog = conf->syslog || (daemon && conf->log_file[0] == '\0'),
		.facility = facility_number(conf->syslog_facility) };

	return log_open(&settings);
}

void
server_check_log(
    const struct conf_process *conf, bool daemon, struct findings *findings)
{
	if (daemon && outlet_descriptor(conf->log_file) >= 0)
		findings_error(findings,
		    "log-file: %s: a daemon has no output: set daemon = no, start tlsd "
		    "-f, or set a file",
		    conf->log_file);
}

static void
warn_fixed(const struct conf *old, const struct conf *new)
{
	char *names = conf_fixed_differences(old, new);

	if (names[0] != '\0')
		log_warning("reload: %s: takes effect only after a restart", names);
	free(names);
}

static void
watch_files(struct server *server)
{
	const struct snapshot *snapshot = in_force(server);

	certwatch_use(
	    server->certwatch, snapshot_conf(snapshot), snapshot_files_state(snapshot));
}

static void
check_log(const struct server *server, const struct conf_process *conf,
    struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	server_check_log(conf, server->origin.daemon, &found);
	conf_locate(&conf->section, &found, findings);
}

/* True if the new configuration can be used with the settings that only a restart changes. */
static bool
is_usable(
    const struct server *server, const struct snapshot *new, struct findings *findings)
{
	size_t errors = findings->errors;

	sandbox_check(server->origin.sandbox, new, findings);
	check_log(server, &snapshot_conf(new)->process, findings);
	return findings->errors == errors;
}

/* Puts the snapshot into force. Returns 0, or -1 with nothing changed. */
static int
use_snapshot(struct server *server, struct snapshot *new, struct findings *findings)
{
	if (!is_usable(server, new, findings))
		return -1;
	if (server_open_log(&snapshot_conf(new)->process, server->origin.daemon) < 0) {
		findings_error(findings, "log-file: %s: %s%s",
		    snapshot_conf(new)->process.log_file, strerrordesc_np(errno),
		    safepath_remedy(errno));
		return -1;
	}
	if (pipeline_use(server->pipeline, new, findings) < 0) {
		server_open_log(process_conf(server), server->origin.daemon);
		return -1;
	}
	warn_fixed(snapshot_conf(in_force(server)), snapshot_conf(new));
	snapshot_show(new, &server->figures);
	current_use(server->shared.current, new);
	server->expiry = expiry_next(new);
	recheck_all(server->shared.table, new);
	acceptor_announce(pipeline_acceptor(server->pipeline));
	watch_files(server);
	return 0;
}

static void
begin_reload(struct server *server)
{
	server->reload_wanted = false;
	notify_reloading(server->notify);
	acceptor_make_room(pipeline_acceptor(server->pipeline));
	loader_start(server->loader, in_force(server));
}

unsigned
server_ask_reload(struct server *server)
{
	if (server->course != RUNNING) {
		log_error("reload: the server is stopping");
		return 0;
	}
	if (loader_is_busy(server->loader)) {
		server->reload_wanted = true;
		return server->reload_number + 1;
	}
	server->reload_number++;
	begin_reload(server);
	return server->reload_number;
}

/* Answers the callers that wait for the reload `number` or an earlier one. */
static void
conclude_reload(struct server *server, unsigned number, bool worked,
    const struct findings *findings)
{
	char *text = memory_copy("");

	for (size_t i = 0; i < findings->count; i++)
		memory_append(&text, "%s: %s\n",
		    findings->items[i].kind == FINDING_ERROR ? "error" : "warning",
		    findings->items[i].text);
	if (server->control != NULL)
		control_conclude(server->control, number, worked, text);
	free(text);
}

static void
take_snapshot(void *context, struct snapshot *new, struct findings *findings)
{
	struct server *server = context;
	bool worked = false;

	if (server->course != RUNNING) { /* forget_reload() has answered */
		snapshot_drop(new);
		return;
	}
	if (new != NULL)
		worked = use_snapshot(server, new, findings) == 0;
	snapshot_drop(new);
	notify_ready(server->notify, worked ? SERVING : SERVING RELOAD_FAILED);
	serverinfo_note_reload(server->serverinfo, worked);
	findings_log(findings, "reload: ");
	if (worked)
		log_notice("reload: done");
	else
		log_error("reload: failed, the old configuration stays in force");
	unsigned number = server->reload_number;
	if (server->reload_wanted) {
		server->reload_number++;
		begin_reload(server);
	}
	conclude_reload(server, number, worked, findings);
}

/* Answers the callers that wait for a reload, whose result will not be used. */
static void
forget_reload(struct server *server)
{
	struct findings findings;

	if (loader_is_busy(server->loader))
		log_warning("reload: canceled: the server is stopping");
	server->reload_wanted = false;
	findings_init(&findings);
	findings_error(&findings, "the server is stopping");
	conclude_reload(server, UINT_MAX, false, &findings);
	findings_fini(&findings);
}

static void
finish(struct server *server)
{
	server->course = DRAINING;
	forget_reload(server);
	serverinfo_set_state(server->serverinfo, SERVERINFO_STOPPING);
	server->drain_deadline = deadline_in(process_conf(server)->shutdown_timeout_ms);
}

static void
drain(struct server *server)
{
	int64_t timeout = process_conf(server)->shutdown_timeout_ms;

	log_notice("stopping: finishing open connections");
	finish(server);
	notify_stopping(server->notify, timeout > 0 ? timeout + ENDING_MS : 0,
	    "stopping: finishing open connections");
	pipeline_close(server->pipeline, deadline_in(DRAIN_HELLO_MS));
}

static void
cut(struct server *server, const char *why)
{
	log_warning("stopping: closing unfinished connections: %s", why);
	server->course = CUTTING;
}

static void
on_certificates_changed(void *context)
{
	server_ask_reload(context);
}

void
server_stop(struct server *server)
{
	if (server->course == RUNNING)
		drain(server);
	else if (server->course == DRAINING)
		cut(server, "second request to stop");
}

/* Logs the status, with a line of the log for each of its lines. */
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
on_signal(void *context, uint32_t signal)
{
	struct server *server = context;

	switch (signal) {
	case SIGTERM:
	case SIGINT:
		server_stop(server);
		break;
	case SIGHUP:
		server_ask_reload(server);
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
	case SIGCHLD:
		child_reap_strays();
		break;
	default: /* SIGPIPE: a write reports a client that left */
		break;
	}
}

/* Makes the parts that cannot fail once there is a loop. */
static void
make_parts(struct server *server)
{
	const struct conf_process *conf = process_conf(server);

	reserve_make();
	server->shared.stats = stats_new((size_t)conf->workers + 1);
	server->shared.repeats = loglimit_new(MINUTE_MS);
	server->shared.table = connectiontable_new();
	server->serverinfo = serverinfo_new(
	    server->shared.stats, server->shared.current, (size_t)conf->workers);
	server->figures = metrics_figures(server->serverinfo);
	snapshot_show(in_force(server), &server->figures);
	server->pipeline = pipeline_new(conf, server->loop, &server->shared);
	server->certwatch =
	    certwatch_new(server->loop, on_certificates_changed, server);
}

struct server *
server_new(const struct server_origin *origin, struct snapshot *snapshot,
    struct findings *findings)
{
	struct server *server = memory_new(sizeof *server);

	server->origin = *origin;
	server->shared.current = current_new(snapshot);
	server->drain_deadline = deadline_never();
	server->loop = loop_new();
	if (server->loop != NULL)
		server->loader = loader_new(
		    server->loop, server->origin.path, take_snapshot, server);
	if (server->loader != NULL)
		server->signals = signals_open(server->loop, on_signal, server);
	if (server->signals == NULL) {
		findings_error(findings, "event loop: %s", strerrordesc_np(errno));
		server_free(server);
		return NULL;
	}
	make_parts(server);
	struct acceptor *acceptor = pipeline_acceptor(server->pipeline);
	acceptor_set_owner(acceptor, origin->user, origin->group);
	acceptor_inherit(acceptor, origin->activation, origin->inheritance);
	if (pipeline_use(server->pipeline, snapshot, findings) == 0) {
		acceptor_inherit(acceptor, NULL, origin->inheritance);
		return server;
	}
	server_free(server);
	return NULL;
}

void
server_entrust(struct server *server, struct control *control, struct pidfile *pidfile,
    struct notify *notify)
{
	server->control = control;
	server->pidfile = pidfile;
	server->notify = notify;
}

void
server_own(struct server *server)
{
	acceptor_own(pipeline_acceptor(server->pipeline));
	if (server->control != NULL)
		control_own(server->control);
	if (server->pidfile != NULL && pidfile_own(server->pidfile) < 0)
		log_warning("pid-file: %s: %m: it still names the old process",
		    pidfile_path(server->pidfile));
}

static void
wake(void *loop)
{
	loop_wake(loop);
}

int
server_start(struct server *server, struct findings *findings)
{
	const struct conf_process *conf = process_conf(server);

	if (pipeline_start(server->pipeline, (size_t)conf->workers,
		(size_t)conf->stack_size) < 0) {
		findings_error(findings,
		    "workers: cannot create %" PRId64
		    " threads (%s): set fewer workers, or raise ulimit -u",
		    conf->workers, strerrordesc_np(errno));
		return -1;
	}
	resolver_start(wake, server->loop);
	/* Start all watching with the rights of the daemon's user. */
	watch_files(server);
	server->expiry = expiry_next(in_force(server));
	acceptor_announce(pipeline_acceptor(server->pipeline));
	log_notice("started: %" PRId64 " worker%s", conf->workers,
	    text_plural((uint64_t)conf->workers));
	return 0;
}

/* True if stopping has come to its end. */
static bool
is_stopped(struct server *server)
{
	if (server->course == DRAINING && pipeline_is_empty(server->pipeline))
		return true;
	if (server->course == DRAINING && deadline_passed(server->drain_deadline))
		cut(server, "shutdown-timeout has passed");
	return server->course == CUTTING && pipeline_cut(server->pipeline);
}

static struct deadline
expire_all(struct server *server)
{
	struct deadline next = pipeline_expire(server->pipeline);

	if (deadline_passed(server->expiry)) {
		expiry_warn(in_force(server));
		server->expiry = expiry_next(in_force(server));
	}
	next = deadline_earlier(next, server->expiry);
	next = deadline_earlier(next, resolver_turn());
	next = deadline_earlier(next, loglimit_expire(server->shared.repeats));
	if (server->course == RUNNING)
		next = deadline_earlier(next, certwatch_expire(server->certwatch));
	if (server->control != NULL)
		next = deadline_earlier(next, control_expire(server->control));
	next = deadline_earlier(next, notify_expire(server->notify));
	if (server->course != RUNNING)
		next = deadline_earlier(next, deadline_in(DRAIN_TURN_MS));
	return next;
}

void
server_run(struct server *server)
{
	/* Some children may have ended before their signals were blocked. */
	child_reap_strays();
	notify_ready(server->notify, SERVING);
	while (!is_stopped(server)) {
		loop_turn(server->loop, expire_all(server));
		pipeline_turn(server->pipeline);
	}
	struct stats_sums sums;

	loglimit_flush(server->shared.repeats);
	stats_sum(server->shared.stats, &sums);
	log_notice("stopped: %" PRIu64 " connection%s answered, %" PRIu64 " failed",
	    sums.done, text_plural(sums.done), stats_failed(&sums));
}

bool
server_is_reloading(const struct server *server)
{
	return loader_is_busy(server->loader);
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	resolver_stop();
	loader_free(server->loader);
	pipeline_free(server->pipeline);
	certwatch_free(server->certwatch);
	serverinfo_free(server->serverinfo);
	connectiontable_free(server->shared.table);
	loglimit_free(server->shared.repeats);
	stats_free(server->shared.stats);
	signals_close(server->signals);
	loop_free(server->loop);
	current_free(server->shared.current);
	free(server);
}

static struct handover_set
set_of(const struct server *server)
{
	return (struct handover_set){ .acceptor = pipeline_acceptor(server->pipeline),
		.control = server->control,
		.pidfile = server->pidfile,
		.notify = server->notify };
}

int
server_offer(struct server *server, struct control_caller *caller)
{
	struct handover_set set = set_of(server);

	if (server->course != RUNNING || handover_offer(&set, caller) < 0)
		return -1;
	log_notice("upgrade: a new process asks to take over");
	return 0;
}

int
server_leave(struct server *server, const struct control_caller *caller)
{
	struct handover_set set = set_of(server);

	if (server->course != RUNNING || handover_release(&set, caller) < 0)
		return -1;
	server->notify = NULL;
	log_notice("upgrade: the new process serves: finishing open connections");
	finish(server);
	return 0;
}

int
server_drain(struct server *server)
{
	if (server->course != RUNNING)
		return -1;
	if (serverinfo_state(server->serverinfo) == SERVERINFO_RUNNING)
		log_notice("draining: asking load balancers for no more clients");
	notify_status(
	    server->notify, SERVING ", but asking load balancers for no more clients");
	serverinfo_set_state(server->serverinfo, SERVERINFO_DRAINING);
	return 0;
}

int
server_resume(struct server *server)
{
	if (server->course != RUNNING)
		return -1;
	if (serverinfo_state(server->serverinfo) == SERVERINFO_DRAINING)
		log_notice("draining: ended: asking load balancers for clients again");
	notify_status(server->notify, SERVING);
	serverinfo_set_state(server->serverinfo, SERVERINFO_RUNNING);
	return 0;
}

int
server_kill(struct server *server, uint64_t id)
{
	struct connection *connection = connectiontable_find(server->shared.table, id);

	if (connection == NULL)
		return -1;
	pipeline_kill(server->pipeline, connection);
	return 0;
}

struct serverinfo *
server_overview(const struct server *server)
{
	return server->serverinfo;
}

void
server_print_status(const struct server *server, FILE *out)
{
	statustext_print(server->serverinfo, pipeline_acceptor(server->pipeline), out);
	if (loader_is_busy(server->loader))
		fprintf(out, "reload: running for %.1f s\n",
		    (double)loader_busy_ms(server->loader) / MS_PER_S);
	fprintf(out, "sandbox: %s\n", server_sandbox(server));
}

void
server_print_connections(const struct server *server, size_t max, FILE *out)
{
	statustext_print_connections(server->shared.table, max, out);
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
