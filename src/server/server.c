/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread: its turns, signals and commands. */
#include "server/server.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/net/resolver.h"
#include "base/text/text.h"
#include "responders/program/child.h"
#include "server/accept/acceptor.h"
#include "server/conf/conf.h"
#include "server/connection/connectiontable.h"
#include "server/connection/stats.h"
#include "server/control/control.h"
#include "server/control/handover.h"
#include "server/event/loop.h"
#include "server/event/signals.h"
#include "server/limits/loglimit.h"
#include "server/pipeline.h"
#include "server/process/notify.h"
#include "server/process/pidfile.h"
#include "server/reload.h"
#include "server/report/history.h"
#include "server/report/serverinfo.h"
#include "server/report/statustext.h"
#include "server/sandbox/sandbox.h"
#include "server/shutdown.h"
#include "server/snapshot/expiry.h"

#define MS_PER_S 1000.0

struct server {
	struct serverparts parts;
	struct reload *reload;
	struct shutdown shutdown;
	struct signals *signals;
};

static struct acceptor *
acceptor_of(const struct server *server)
{
	return pipeline_acceptor(server->parts.pipeline);
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

/* Makes the parts that listen nowhere yet. Returns 0, or -1 with errno. */
static int
open_parts(struct server *server, const struct server_origin *origin,
    struct snapshot *snapshot)
{
	if (serverparts_init(&server->parts, origin, snapshot) < 0)
		return -1;
	server->reload = reload_new(&server->parts);
	if (server->reload == NULL)
		return -1;
	server->shutdown =
	    (struct shutdown){ .parts = &server->parts, .reload = server->reload };
	server->signals = signals_open(server->parts.loop, on_signal, server);
	return server->signals != NULL ? 0 : -1;
}

/* Binds the addresses of `snapshot`, or takes the sockets that other processes have there. */
static int
bind_addresses(
    struct server *server, struct snapshot *snapshot, struct findings *findings)
{
	const struct server_origin *origin = &server->parts.origin;
	struct acceptor *acceptor = acceptor_of(server);

	acceptor_set_owner(acceptor, origin->user, origin->group);
	acceptor_inherit(acceptor, origin->activation, origin->inheritance);
	if (pipeline_use(server->parts.pipeline, snapshot, findings) < 0)
		return -1;
	acceptor_inherit(acceptor, NULL, origin->inheritance);
	return 0;
}

struct server *
server_new(const struct server_origin *origin, struct snapshot *snapshot,
    struct findings *findings)
{
	struct server *server = memory_new(sizeof *server);

	if (open_parts(server, origin, snapshot) < 0)
		findings_error(findings, "event loop: %s", strerrordesc_np(errno));
	else if (bind_addresses(server, snapshot, findings) == 0)
		return server;
	server_free(server);
	return NULL;
}

void
server_entrust(struct server *server, struct control *control, struct pidfile *pidfile,
    struct notify *notify)
{
	server->parts.control = control;
	server->parts.pidfile = pidfile;
	server->parts.notify = notify;
}

void
server_own(struct server *server)
{
	acceptor_own(acceptor_of(server));
	if (server->parts.control != NULL)
		control_own(server->parts.control);
	if (server->parts.pidfile != NULL && pidfile_own(server->parts.pidfile) < 0)
		log_warning("pid-file: %s: %m: it still names the old process",
		    pidfile_path(server->parts.pidfile));
}

static void
wake_loop(void *loop)
{
	loop_wake(loop);
}

int
server_start(struct server *server, struct findings *findings)
{
	const struct conf_process *conf = serverparts_conf(&server->parts);

	if (pipeline_start(server->parts.pipeline, (size_t)conf->workers,
		(size_t)conf->stack_size) < 0) {
		findings_error(findings,
		    "workers: cannot create %" PRId64
		    " threads (%s): set fewer workers, or raise ulimit -u",
		    conf->workers, strerrordesc_np(errno));
		return -1;
	}
	resolver_start(wake_loop, server->parts.loop);
	/* Start all watching with the rights of the daemon's user. */
	reload_watch(server->reload);
	server->parts.expiry = expiry_next(serverparts_snapshot(&server->parts));
	acceptor_announce(acceptor_of(server));
	log_notice("started: %" PRId64 " worker%s", conf->workers,
	    text_plural((uint64_t)conf->workers));
	return 0;
}

static struct deadline
expire_all(struct server *server)
{
	struct deadline next = pipeline_expire(server->parts.pipeline);

	if (deadline_passed(server->parts.expiry)) {
		expiry_warn(serverparts_snapshot(&server->parts));
		server->parts.expiry =
		    expiry_next(serverparts_snapshot(&server->parts));
	}
	next = deadline_earlier(next, server->parts.expiry);
	next = deadline_earlier(next, resolver_turn());
	next = deadline_earlier(
	    next, history_turn(serverinfo_history(server->parts.serverinfo)));
	next = deadline_earlier(next, loglimit_expire(server->parts.shared.loglimit));
	next = deadline_earlier(next, reload_expire(server->reload));
	if (server->parts.control != NULL)
		next = deadline_earlier(next, control_expire(server->parts.control));
	next = deadline_earlier(next, notify_expire(server->parts.notify));
	return deadline_earlier(next, shutdown_next(&server->shutdown));
}

void
server_run(struct server *server)
{
	/* Some children may have ended before their signals were blocked. */
	child_reap_strays();
	notify_ready(server->parts.notify, SERVERPARTS_SERVING);
	while (!shutdown_is_done(&server->shutdown))
		loop_turn(server->parts.loop, expire_all(server));
	struct stats_sums sums;

	loglimit_flush(server->parts.shared.loglimit);
	stats_sum(server->parts.shared.stats, &sums);
	log_notice("stopped: %" PRIu64 " connection%s answered, %" PRIu64 " failed",
	    sums.done, text_plural(sums.done), stats_failed(&sums));
}

bool
server_is_reloading(const struct server *server)
{
	return reload_is_running(server->reload);
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	resolver_stop();
	reload_free(server->reload);
	signals_close(server->signals);
	serverparts_fini(&server->parts);
	free(server);
}

unsigned
server_ask_reload(struct server *server)
{
	return reload_ask(server->reload);
}

void
server_stop(struct server *server)
{
	shutdown_request(&server->shutdown);
}

static struct handover_set
handover_set_of(const struct server *server)
{
	return (struct handover_set){ .acceptor = acceptor_of(server),
		.control = server->parts.control,
		.pidfile = server->parts.pidfile,
		.notify = server->parts.notify };
}

int
server_offer(struct server *server, struct control_caller *caller)
{
	struct handover_set set = handover_set_of(server);

	if (shutdown_has_begun(&server->shutdown) || handover_offer(&set, caller) < 0)
		return -1;
	log_notice("upgrade: a new process asks to take over");
	return 0;
}

int
server_leave(struct server *server, const struct control_caller *caller)
{
	struct handover_set set = handover_set_of(server);

	if (shutdown_has_begun(&server->shutdown) || handover_release(&set, caller) < 0)
		return -1;
	server->parts.notify = NULL;
	log_notice("upgrade: the new process serves: finishing open connections");
	shutdown_begin_replaced(&server->shutdown);
	return 0;
}

int
server_drain(struct server *server)
{
	if (shutdown_has_begun(&server->shutdown))
		return -1;
	if (serverinfo_state(server->parts.serverinfo) == SERVERINFO_RUNNING)
		log_notice("draining: asking load balancers for no more clients");
	notify_status(server->parts.notify,
	    SERVERPARTS_SERVING ", but asking load balancers for no more clients");
	serverinfo_set_state(server->parts.serverinfo, SERVERINFO_DRAINING);
	return 0;
}

int
server_resume(struct server *server)
{
	if (shutdown_has_begun(&server->shutdown))
		return -1;
	if (serverinfo_state(server->parts.serverinfo) == SERVERINFO_DRAINING)
		log_notice("draining: ended: asking load balancers for clients again");
	notify_status(server->parts.notify, SERVERPARTS_SERVING);
	serverinfo_set_state(server->parts.serverinfo, SERVERINFO_RUNNING);
	return 0;
}

int
server_kill(struct server *server, uint64_t id)
{
	struct connection *connection =
	    connectiontable_find(server->parts.shared.table, id);

	if (connection == NULL)
		return -1;
	pipeline_kill(server->parts.pipeline, connection);
	return 0;
}

struct serverinfo *
server_overview(const struct server *server)
{
	return server->parts.serverinfo;
}

void
server_print_status(const struct server *server, FILE *out)
{
	statustext_print(server->parts.serverinfo, acceptor_of(server), out);
	if (reload_is_running(server->reload))
		fprintf(out, "reload: running for %.1f s\n",
		    (double)reload_running_ms(server->reload) / MS_PER_S);
	fprintf(out, "sandbox: %s\n", sandbox_describe(server->parts.origin.sandbox));
}

void
server_print_connections(const struct server *server, size_t max, FILE *out)
{
	statustext_print_connections(server->parts.shared.table, max, out);
}

struct loop *
server_loop(const struct server *server)
{
	return server->parts.loop;
}
