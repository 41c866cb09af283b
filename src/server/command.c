/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the control socket. */
#include "server/command.h"

#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/findings.h"
#include "base/log.h"
#include "server/server.h"
#include "tls/library.h"

static void
print_time(FILE *out, const char *what, int64_t when)
{
	char text[32];
	time_t seconds = when;
	struct tm utc;

	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
	fprintf(
	    out, "%s: %s, %" PRId64 " s ago\n", what, text, (int64_t)time(NULL) - when);
}

static bool
status(struct server *server, FILE *out)
{
	struct server_numbers numbers;

	server_count(server, &numbers);
	fprintf(
	    out, "version: tlsd %s, GnuTLS %s\n", PACKAGE_VERSION, library_version());
	fprintf(out, "process: %ld, %s\n", (long)getpid(),
	    numbers.stopping ? "stopping" : "running");
	fprintf(out, "sandbox: %s\n", server_sandbox(server));
	print_time(out, "started", numbers.started);
	print_time(out, "loaded", numbers.loaded);
	server_print_services(server, out);
	fprintf(out, "workers: %" PRIu64 " of %" PRIu64 " busy\n", numbers.working,
	    numbers.workers);
	fprintf(out, "queue: %" PRIu64 "\n", numbers.queued);
	fprintf(out, "waiting: %" PRIu64 " for their ClientHello\n",
	    numbers.sums.present[PHASE_HELLO]);
	fprintf(out, "lingering: %" PRIu64 "\n", numbers.sums.present[PHASE_LINGER]);
	fprintf(out, "answered: %" PRIu64 "\n", numbers.sums.done);
	fprintf(out, "failed: %" PRIu64 "\n", stats_failed(&numbers.sums));
	return true;
}

static bool
reload(struct server *server, FILE *out)
{
	struct findings findings;

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
reopen(struct server *server, FILE *out)
{
	(void)server;
	if (log_reopen() == 0)
		return true;
	fprintf(out, "error: log-file: %m\n");
	return false;
}

static bool
stop(struct server *server, FILE *out)
{
	(void)out;
	server_stop(server);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct server *server, FILE *out);
} commands[] = { { "status", status }, { "reload", reload }, { "reopen", reopen },
	{ "stop", stop } };

bool
command_run(void *server, const char *command, FILE *out)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].run(server, out);
	fputs("error: there are the commands", out);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		fprintf(out, " %s", commands[i].name);
	fputc('\n', out);
	return false;
}
