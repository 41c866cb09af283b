/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the control socket. */
#include "server/command.h"

#include <inttypes.h>
#include <string.h>

#include "base/findings.h"
#include "base/log.h"
#include "base/text.h"
#include "server/metrics.h"
#include "server/numbers.h"
#include "server/overview.h"
#include "server/server.h"
#include "server/stats.h"

static bool
status(struct server *server, const char *argument, FILE *out)
{
	(void)argument;
	server_print_status(server, out);
	return true;
}

/* For who only wants to know whether to send clients here. */
static bool
health(struct server *server, const char *argument, FILE *out)
{
	enum overview_state state = overview_state(server_overview(server));

	(void)argument;
	fprintf(out, "%s\n", overview_state_name(state));
	return state == OVERVIEW_RUNNING;
}

static bool
stats(struct server *server, const char *argument, FILE *out)
{
	struct overview *overview = server_overview(server);

	if (argument[0] == '\0')
		numbers_print(overview, out);
	else if (strcmp(argument, "json") == 0)
		numbers_print_json(overview, out);
	else if (strcmp(argument, "prometheus") == 0)
		metrics_print(overview, out);
	else
		fprintf(out, "error: there are stats, stats json, stats prometheus\n");
	return argument[0] == '\0' || strcmp(argument, "json") == 0 ||
	       strcmp(argument, "prometheus") == 0;
}

static bool
connections(struct server *server, const char *argument, FILE *out)
{
	int64_t max = INT64_MAX;

	if (argument[0] != '\0' &&
	    text_parse_number(argument, 1, INT64_MAX, &max) < 0) {
		fprintf(out, "error: how many connections, as a number\n");
		return false;
	}
	server_print_connections(server, (size_t)max, out);
	return true;
}

static bool
end_one(struct server *server, const char *argument, FILE *out)
{
	int64_t id;

	if (text_parse_number(argument, 1, INT64_MAX, &id) < 0)
		fprintf(out, "error: kill ID: the id of a connection, a number\n");
	else if (server_kill(server, (uint64_t)id) < 0)
		fprintf(out, "error: %" PRId64 ": there is no such connection\n", id);
	else
		return true;
	return false;
}

static bool
reload(struct server *server, const char *argument, FILE *out)
{
	struct findings findings;

	(void)argument;
	findings_init(&findings);
	bool worked = server_reload(server, &findings) == 0;
	for (size_t i = 0; i < findings.count; i++)
		fprintf(out, "%s: %s\n",
		    findings.items[i].kind == FINDING_ERROR ? "error" : "warning",
		    findings.items[i].text);
	findings_fini(&findings);
	return worked;
}

static bool
reopen(struct server *server, const char *argument, FILE *out)
{
	(void)server;
	(void)argument;
	if (log_reopen() == 0)
		return true;
	fprintf(out, "error: log-file: %m\n");
	return false;
}

static bool
change_log_level(struct server *server, const char *argument, FILE *out)
{
	(void)server;
	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++)
		if (strcmp(argument, log_level_name((enum log_level)i)) == 0) {
			log_notice("log-level: %s, until the next reload", argument);
			log_set_level((enum log_level)i);
			return true;
		}
	fprintf(out, "error: there are the levels");
	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++)
		fprintf(out, " %s", log_level_name((enum log_level)i));
	fputc('\n', out);
	return false;
}

/* What `drain` waits for is told by its answer, so that it can be given again and again. */
static bool
drain(struct server *server, const char *argument, FILE *out)
{
	struct stats_sums sums;
	uint64_t left = 0;

	(void)argument;
	if (server_drain(server) < 0) {
		fputs("error: the server is stopping\n", out);
		return false;
	}
	overview_sum_clients(server_overview(server), &sums);
	for (int i = 0; i < PHASE_COUNT; i++)
		left += sums.present[i];
	fprintf(out, "left: %" PRIu64 "\ncame: %" PRIu64 "\n", left, sums.accepted);
	return true;
}

static bool
resume(struct server *server, const char *argument, FILE *out)
{
	(void)argument;
	if (server_resume(server) == 0)
		return true;
	fputs("error: the server is stopping\n", out);
	return false;
}

static bool
stop(struct server *server, const char *argument, FILE *out)
{
	(void)argument;
	(void)out;
	server_stop(server);
	return true;
}

static const struct {
	const char *name;
	enum control_right right;
	bool takes_argument;
	bool (*run)(struct server *server, const char *argument, FILE *out);
} commands[] = {
	{ "status", CONTROL_LOOK, false, status },
	{ "health", CONTROL_LOOK, false, health },
	{ "stats", CONTROL_LOOK, true, stats },
	{ "connections", CONTROL_LOOK, true, connections },
	{ "reload", CONTROL_CHANGE, false, reload },
	{ "reopen", CONTROL_CHANGE, false, reopen },
	{ "log-level", CONTROL_CHANGE, true, change_log_level },
	{ "kill", CONTROL_CHANGE, true, end_one },
	{ "drain", CONTROL_CHANGE, false, drain },
	{ "resume", CONTROL_CHANGE, false, resume },
	{ "stop", CONTROL_CHANGE, false, stop },
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static bool
is_named(const char *name, const char *command, size_t length)
{
	return strlen(name) == length && strncmp(name, command, length) == 0;
}

bool
command_run(void *server, enum control_right right, const char *command, FILE *out)
{
	size_t length = strcspn(command, " ");
	const char *argument = command + length + strspn(command + length, " ");

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (!is_named(commands[i].name, command, length))
			continue;
		if (commands[i].right > right)
			fputs("error: only root, the daemon's user and its group may\n",
			    out);
		else if (argument[0] != '\0' && !commands[i].takes_argument)
			fprintf(out, "error: %s takes no argument\n", commands[i].name);
		else
			return commands[i].run(server, argument, out);
		return false;
	}
	fputs("error: there are the commands", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, " %s", commands[i].name);
	fputc('\n', out);
	return false;
}
