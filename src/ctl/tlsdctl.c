/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main program of tlsdctl: sends commands to a running tlsd and shows the answers. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/optiontable.h"
#include "base/text/resemblance.h"
#include "base/text/terminal.h"
#include "base/text/text.h"
#include "ctl/drain.h"
#include "ctl/ctlstatus.h"
#include "ctl/table.h"
#include "ctl/top.h"
#include "ctl/wire.h"
#include "server/conf/conf.h"
#include "server/process/chroot.h"

#define DEFAULT_CONF TLSD_SYSCONFDIR "/tlsd/tlsd.ini"
#define METRICS_MODE 0644 /* node_exporter runs as another user */

struct options {
	const char *socket, *sort, *output;
	const char *conf; /* NULL: the default */
	bool json, prometheus, version, help;
	int64_t timeout_ms, settle_ms;
	int words; /* the command and its argument */
	char **word;
};

static void
print_usage(FILE *out)
{
	fputs(
	    "usage: tlsdctl [-s SOCKET | -c FILE] COMMAND [ARGUMENT] [OPTION]\n"
	    "\n"
	    "  -s, --socket SOCKET  the control socket\n"
	    "  -c, --config FILE    the configuration that names it; the default is\n"
	    "                       " DEFAULT_CONF "\n"
	    "  -V, --version        print the version\n"
	    "  -h, --help           print this\n"
	    "\n"
	    "Commands that only read:\n"
	    "  status               the state of the server\n"
	    "  health               whether it asks for clients: status 0 if so\n"
	    "  stats                its figures; --json, or --prometheus with\n"
	    "                       --output FILE or without\n"
	    "  connections [MAX]    all connections; --sort COLUMN\n"
	    "  top                  a live screen of all that; q ends it\n"
	    "Commands that change something:\n"
	    "  reload               read configuration and certificates again; print\n"
	    "                       why if the old ones stay in force\n"
	    "  reopen               open the log file again, after it was moved\n"
	    "  log-level LEVEL      until the next reload\n"
	    "  kill ID              end one connection\n"
	    "  drain                ask load balancers for no more clients, and wait\n"
	    "                       until none is left; --timeout TIME,\n"
	    "                       --settle TIME\n"
	    "  resume               end a drain\n"
	    "  stop                 finish open connections, then stop; twice: stop\n"
	    "                       at once\n"
	    "\n"
	    "Exit status: 0 done, 1 failed, 2 usage, 3 no tlsd can be asked.\n"
	    "See tlsdctl(8).\n",
	    out);
}

/* Returns the path of the socket that the configuration names, which the caller frees. Returns
 * NULL after an error message. */
static char *
configured_socket(const struct options *options)
{
	const char *path = options->conf != NULL ? options->conf : DEFAULT_CONF;
	struct findings findings;

	if (options->conf != NULL && access(path, R_OK) < 0) {
		fprintf(stderr, "tlsdctl: %s: %s\n", path, strerrordesc_np(errno));
		return NULL;
	}
	/* A configuration that has errors still names the socket of the running server. */
	findings_init(&findings);
	struct conf *conf = conf_read(path, &findings);
	char *socket =
	    chroot_outside(conf->process.chroot, conf->process.control_socket);
	conf_free(conf);
	findings_fini(&findings);
	if (socket[0] != '\0')
		return socket;
	fprintf(stderr,
	    "tlsdctl: %s: control-socket is empty: set it, and restart tlsd\n", path);
	free(socket);
	return NULL;
}

/* Passes the words on unchanged. */
static int
ask_words(struct wire *wire, const struct options *options, FILE *out)
{
	char *command = options->words == 2
	                    ? memory_format("%s %s", options->word[0], options->word[1])
	                    : memory_copy(options->word[0]);
	int status = wire_ask(wire, command, wire_print, out);

	free(command);
	return status;
}

static int
run_plain(struct wire *wire, const struct options *options)
{
	return ask_words(wire, options, stdout);
}

static int
write_output(const char *path, const char *text, size_t size)
{
	if (file_write(path, text, size, METRICS_MODE, FILE_REPLACE) == 0)
		return CTLSTATUS_OK;
	fprintf(stderr, "tlsdctl: %s: %s\n", path, strerrordesc_np(errno));
	return CTLSTATUS_FAILED;
}

static int
run_stats(struct wire *wire, const struct options *options)
{
	const char *command = options->json         ? "stats json"
	                      : options->prometheus ? "stats prometheus"
	                                            : "stats";
	char *text = NULL;
	size_t size = 0;

	if (options->output == NULL)
		return wire_ask(wire, command, wire_print, stdout);
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return CTLSTATUS_FAILED;
	int status = wire_ask(wire, command, wire_print, out);
	fclose(out);
	if (status == CTLSTATUS_OK)
		status = write_output(options->output, text, size);
	free(text);
	return status;
}

/* Adds a connection. Any other line is a message, which explains why there are none. */
static void
take_connection(void *context, const char *line)
{
	if (strncmp(line, "connection: ", strlen("connection: ")) == 0)
		table_add(context, line);
	else
		puts(line);
}

static int
run_connections(struct wire *wire, const struct options *options)
{
	struct table *table = table_new();
	char *command = memory_format(
	    "connections %s", options->words == 2 ? options->word[1] : "");
	int status = wire_ask(wire, command, take_connection, table);

	table_sort(table, options->sort);
	if (status == CTLSTATUS_OK)
		table_print(table, SIZE_MAX, SIZE_MAX,
		    terminal_has_colours(STDOUT_FILENO), stdout);
	free(command);
	table_free(table);
	return status;
}

static int
run_drain(struct wire *wire, const struct options *options)
{
	return drain_wait(wire, options->timeout_ms, options->settle_ms);
}

static int
run_top(struct wire *wire, const struct options *options)
{
	(void)options;
	return top_show(wire);
}

struct command {
	const char *name;
	const char *argument; /* its name, in brackets if it is optional; or NULL */
	int (*run)(struct wire *wire, const struct options *options);
};

static const struct command commands[] = {
	{ "status", NULL, run_plain },
	{ "health", NULL, run_plain },
	{ "stats", NULL, run_stats },
	{ "connections", "[MAX]", run_connections },
	{ "top", NULL, run_top },
	{ "reload", NULL, run_plain },
	{ "reopen", NULL, run_plain },
	{ "log-level", "LEVEL", run_plain },
	{ "kill", "ID", run_plain },
	{ "drain", NULL, run_drain },
	{ "resume", NULL, run_plain },
	{ "stop", NULL, run_plain },
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
run_command(const char *socket, const struct options *options)
{
	struct wire *wire = wire_open(socket);

	if (wire == NULL)
		return CTLSTATUS_NO_DAEMON;
	const struct command *command = find_command(options->word[0]);
	int status = command->run(wire, options);
	wire_close(wire);
	return status;
}

/* Sets the context to true if the value is wrong. */
static void
set_duration(const struct optionvalue *value)
{
	if (text_parse_duration(value->text, value->member) == 0)
		return;
	fprintf(stderr,
	    "tlsdctl: --%s: \"%s\" is not a duration: write one such as 30s or 5m\n",
	    value->row->name, value->text);
	*(bool *)value->context = true;
}

#define MEMBER(name) offsetof(struct options, name)
#define ROW(letter, name, argument, set, member)                           \
	{                                                                  \
		1, letter, name, NULL, argument, set, MEMBER(member), 0, 0 \
	}
static const struct optionrow rows[] = {
	ROW('s', "socket", "SOCKET", optiontable_set_text, socket),
	ROW('c', "config", "FILE", optiontable_set_text, conf),
	ROW(0, "json", NULL, optiontable_set_flag, json),
	ROW(0, "prometheus", NULL, optiontable_set_flag, prometheus),
	ROW(0, "output", "FILE", optiontable_set_text, output),
	ROW(0, "sort", "COLUMN", optiontable_set_text, sort),
	ROW(0, "timeout", "TIME", set_duration, timeout_ms),
	ROW(0, "settle", "TIME", set_duration, settle_ms),
	ROW('V', "version", NULL, optiontable_set_flag, version),
	ROW('h', "help", NULL, optiontable_set_flag, help),
};

/* Reports an unknown command, and suggests a similar one. */
static void
report_unknown_command(const char *name)
{
	struct resemblance resemblance = resemblance_to(name);

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		resemblance_try(&resemblance, commands[i].name);
	if (resemblance.nearest != NULL)
		fprintf(stderr, "tlsdctl: %s: unknown command: did you mean %s?\n",
		    name, resemblance.nearest);
	else
		fprintf(
		    stderr, "tlsdctl: %s: unknown command: see tlsdctl --help\n", name);
}

/* Checks the words. Returns 0, or -1 after an error message. */
static int
check_words(const struct options *options)
{
	if (options->words < 1) {
		fputs("tlsdctl: missing command: see tlsdctl --help\n", stderr);
		return -1;
	}
	const struct command *command = find_command(options->word[0]);
	if (command == NULL)
		report_unknown_command(options->word[0]);
	else if (options->words > 1 && command->argument == NULL)
		fprintf(stderr, "tlsdctl: %s: takes no argument\n", command->name);
	else if (options->words > 2)
		fprintf(
		    stderr, "tlsdctl: %s: takes only one argument\n", command->name);
	else if (options->words < 2 && command->argument != NULL &&
		 command->argument[0] != '[')
		fprintf(stderr, "tlsdctl: %s: missing argument: write %s %s\n",
		    command->name, command->name, command->argument);
	else
		return 0;
	return -1;
}

/* Returns what is wrong with the combination of options, or NULL. */
static const char *
find_mistake(const struct options *options)
{
	struct table *table = table_new();
	bool sortable = table_sort(table, options->sort);

	table_free(table);
	for (int i = 0; i < options->words; i++)
		if (strpbrk(options->word[i], "\r\n") != NULL)
			return "an argument contains a line break: remove it";
	if (!sortable)
		return "--sort: unknown column: use id, service, phase, since, age, "
		       "in, out, client or peer";
	if (options->json && options->prometheus)
		return "--json: cannot be combined with --prometheus: give one of them";
	return NULL;
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct optiontable table;
	bool wrong = false;
	int result;

	*options = (struct options){ .sort = "id" };
	optiontable_init(&table, rows, sizeof rows / sizeof rows[0], 1, "");
	do
		result = optiontable_next(&table, argc, argv, options, &wrong);
	while (result == 0 && !wrong);
	if (result > 0)
		fputs("tlsdctl: see tlsdctl --help for the options\n", stderr);
	if (result > 0 || wrong)
		return -1;
	options->words = argc - optind;
	options->word = argv + optind;
	if (options->version || options->help)
		return 0;
	if (check_words(options) < 0)
		return -1;
	const char *mistake = find_mistake(options);
	if (mistake == NULL)
		return 0;
	fprintf(stderr, "tlsdctl: %s\n", mistake);
	return -1;
}

int
main(int argc, char **argv)
{
	struct options options;

	if (parse_options(argc, argv, &options) < 0)
		return CTLSTATUS_USAGE;
	if (options.version)
		puts("tlsdctl " PACKAGE_VERSION);
	else if (options.help)
		print_usage(stdout);
	if (options.version || options.help)
		return CTLSTATUS_OK;
	char *path = options.socket != NULL ? memory_copy(options.socket)
	                                    : configured_socket(&options);
	int status = path != NULL ? run_command(path, &options) : CTLSTATUS_USAGE;
	free(path);
	return status;
}
