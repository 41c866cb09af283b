/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the control socket. */
#include "server/controlcommand.h"

#include <inttypes.h>
#include <string.h>

#include "base/log/log.h"
#include "base/text/text.h"
#include "server/control/handover.h"
#include "server/report/metrics.h"
#include "server/report/statsjson.h"
#include "server/report/serverinfo.h"
#include "server/server.h"
#include "server/connection/stats.h"

/* A command that is being carried out. */
struct call {
	struct server *server;
	struct control_caller *caller;
	const char *argument; /* "" without one */
	FILE *out;
};

static bool
answer_status(const struct call *call)
{
	server_print_status(call->server, call->out);
	return true;
}

/* For load balancers and scripts that ask whether to send clients here. */
static bool
answer_health(const struct call *call)
{
	enum serverinfo_state state = serverinfo_state(server_overview(call->server));

	fprintf(call->out, "%s\n", serverinfo_state_name(state));
	return state == SERVERINFO_RUNNING;
}

static bool
answer_stats(const struct call *call)
{
	struct serverinfo *serverinfo = server_overview(call->server);

	if (call->argument[0] == '\0')
		statsjson_print(serverinfo, call->out);
	else if (strcmp(call->argument, "json") == 0)
		statsjson_print_json(serverinfo, call->out);
	else if (strcmp(call->argument, "prometheus") == 0)
		return metrics_print(serverinfo, call->out) == 0;
	else
		fprintf(call->out,
		    "error: stats: unknown argument: use json, prometheus or none\n");
	return call->argument[0] == '\0' || strcmp(call->argument, "json") == 0;
}

static bool
answer_connections(const struct call *call)
{
	int64_t max = INT64_MAX;

	if (call->argument[0] != '\0' &&
	    text_parse_number(call->argument, 1, INT64_MAX, &max) < 0) {
		fprintf(call->out, "error: connections: not a number: give the most "
				   "connections to print\n");
		return false;
	}
	server_print_connections(call->server, (size_t)max, call->out);
	return true;
}

static bool
answer_kill(const struct call *call)
{
	int64_t id;

	if (text_parse_number(call->argument, 1, INT64_MAX, &id) < 0)
		fprintf(call->out,
		    "error: kill: not a number: give an id that connections prints\n");
	else if (server_kill(call->server, (uint64_t)id) < 0)
		fprintf(call->out, "error: %" PRId64 ": no such connection\n", id);
	else
		return true;
	return false;
}

/* The answer follows when the reload has ended. */
static bool
answer_reload(const struct call *call)
{
	call->caller->awaited = server_ask_reload(call->server);
	if (call->caller->awaited == 0)
		fputs("error: the server is stopping\n", call->out);
	return false;
}

static bool
answer_reopen(const struct call *call)
{
	if (log_reopen() == 0)
		return true;
	fprintf(call->out, "error: log-file: %m\n");
	return false;
}

static bool
answer_log_level(const struct call *call)
{
	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++)
		if (strcmp(call->argument, log_level_name(i)) == 0) {
			log_notice(
			    "log-level: %s, until the next reload", call->argument);
			log_set_level((enum log_level)i);
			return true;
		}
	fprintf(call->out, "error: log-level: unknown level: use one of");
	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++)
		fprintf(call->out, " %s", log_level_name(i));
	fputc('\n', call->out);
	return false;
}

/* Begins to drain. The answer tells how many connections are left and how many came. tlsdctl
 * repeats the command until both numbers allow a stop. */
static bool
answer_drain(const struct call *call)
{
	struct stats_sums sums;
	uint64_t left = 0;

	if (server_drain(call->server) < 0) {
		fputs("error: the server is stopping\n", call->out);
		return false;
	}
	serverinfo_sum_clients(server_overview(call->server), &sums);
	for (int i = 0; i < PHASE_COUNT; i++)
		left += sums.present[i];
	fprintf(
	    call->out, "left: %" PRIu64 "\ncame: %" PRIu64 "\n", left, sums.accepted);
	return true;
}

static bool
answer_resume(const struct call *call)
{
	if (server_resume(call->server) == 0)
		return true;
	fputs("error: the server is stopping\n", call->out);
	return false;
}

static bool
answer_stop(const struct call *call)
{
	server_stop(call->server);
	return true;
}

/* The commands below are for tlsd --upgrade: see handover.h. */

static bool
answer_handover(const struct call *call)
{
	if (server_offer(call->server, call->caller) == 0)
		return true;
	fputs("error: the server is stopping, or has too many listeners\n", call->out);
	return false;
}

static bool
answer_keep(const struct call *call)
{
	int64_t index;

	if (text_parse_number(call->argument, 0, INT32_MAX, &index) == 0 &&
	    handover_keep(call->caller, (size_t)index) == 0)
		return true;
	fputs("error: keep: not the number of an offered descriptor, from 0 on\n",
	    call->out);
	return false;
}

static bool
answer_confirm(const struct call *call)
{
	if (server_leave(call->server, call->caller) == 0)
		return true;
	fputs("error: the server is stopping, or has offered nothing\n", call->out);
	return false;
}

static const struct {
	const char *name;
	enum control_right right;
	bool takes_argument;
	bool (*run)(const struct call *call);
	bool is_internal; /* for tlsd --upgrade, not for users */
} commands[] = {
	{ "status", CONTROL_LOOK, false, answer_status, false },
	{ "health", CONTROL_LOOK, false, answer_health, false },
	{ "stats", CONTROL_LOOK, true, answer_stats, false },
	{ "connections", CONTROL_LOOK, true, answer_connections, false },
	{ "reload", CONTROL_CHANGE, false, answer_reload, false },
	{ "reopen", CONTROL_CHANGE, false, answer_reopen, false },
	{ "log-level", CONTROL_CHANGE, true, answer_log_level, false },
	{ "kill", CONTROL_CHANGE, true, answer_kill, false },
	{ "drain", CONTROL_CHANGE, false, answer_drain, false },
	{ "resume", CONTROL_CHANGE, false, answer_resume, false },
	{ "stop", CONTROL_CHANGE, false, answer_stop, false },
	{ "handover", CONTROL_CHANGE, false, answer_handover, true },
	{ "keep", CONTROL_CHANGE, true, answer_keep, true },
	{ "confirm", CONTROL_CHANGE, false, answer_confirm, true },
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static bool
is_named(const char *name, const char *command, size_t length)
{
	return strlen(name) == length && strncmp(name, command, length) == 0;
}

bool
controlcommand_run(
    void *server, struct control_caller *caller, const char *command, FILE *out)
{
	size_t length = strcspn(command, " ");
	struct call call = { .server = server,
		.caller = caller,
		.argument = command + length + strspn(command + length, " "),
		.out = out };

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (!is_named(commands[i].name, command, length))
			continue;
		if (commands[i].right > caller->right)
			fputs("error: permission denied: run it as root, the daemon's "
			      "user or in its group\n",
			    out);
		else if (call.argument[0] != '\0' && !commands[i].takes_argument)
			fprintf(out, "error: %s takes no argument\n", commands[i].name);
		else
			return commands[i].run(&call);
		return false;
	}
	fputs("error: unknown command: use one of", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!commands[i].is_internal)
			fprintf(out, " %s", commands[i].name);
	fputc('\n', out);
	return false;
}
