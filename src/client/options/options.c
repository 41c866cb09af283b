/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: a table of options, each with a function that sets its value. */
#include "client/options/options.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "base/text/wrap.h"
#include "client/options/cputime.h"

#define END_AFTER_MS 1000
#define CONNECTIONS_MAX 1000000000000
#define CONCURRENCY_MAX 4096
#define THREADS_PER_CORE 2
#define LOAD_MS 10000
#define WARN_DAYS_MAX 36500
#define HELP_WIDTH 80
#define HELP_HANG 27 /* the column where the help texts begin */

/* The commands that have an option. */
enum {
	TALK = 1 << OPTIONS_TALK,
	BENCH = 1 << OPTIONS_BENCH,
	CHECK = 1 << OPTIONS_CHECK,
	EXPLAIN = 1 << OPTIONS_EXPLAIN,
	ONE_CALL = TALK | CHECK | EXPLAIN,
	ALL = ONE_CALL | BENCH
};

static const struct usage {
	const char *name, *purpose, *status;
} usages[] = {
	[OPTIONS_TALK] = { "tlsc",
	    "Connects to a TLS server, verifies it, sends standard input, prints the "
	    "answer.\n"
	    "Other commands: tlsc bench, tlsc check, tlsc explain; each has a --help.",
	    "0 complete answer, 1 no connection or refused,\n"
	    "2 usage error, 3 certificate not trusted, 4 answer truncated." },
	[OPTIONS_BENCH] = { "tlsc bench",
	    "Makes many connections to a TLS server and reports the results.",
	    "0 all answers complete, 1 some connections failed,\n"
	    "2 usage error, 3 certificate not trusted." },
	[OPTIONS_CHECK] = { "tlsc check",
	    "Examines a TLS server, finds faults and suggests remedies.",
	    "0 OK, 1 warning, 2 critical, 3 usage error or the report\n"
	    "cannot be written." },
	[OPTIONS_EXPLAIN] = { "tlsc explain",
	    "Draws the handshake with a TLS server, message by message.",
	    "0 the handshake succeeded, 1 no connection or refused,\n"
	    "2 usage error, 3 certificate not trusted." },
};

struct row {
	unsigned commands;
	char letter; /* '\0' without a short form */
	const char *name;
	const char *argument; /* its name in the usage; NULL: it takes none */
	void (*set)(
	    struct options *options, const char *value, struct findings *findings);
	const char *help;
};

#define DEFINE_SETTER(name, statement)                                             \
	static void name(                                                          \
	    struct options *options, const char *value, struct findings *findings) \
	{                                                                          \
		(void)value;                                                       \
		(void)findings;                                                    \
		statement;                                                         \
	}

DEFINE_SETTER(add_ca, stringlist_add(&options->ca_files, value, strlen(value)))
DEFINE_SETTER(set_cert, options->cert_file = value)
DEFINE_SETTER(set_key, options->key_file = value)
DEFINE_SETTER(set_pin_file, options->pin_file = value)
DEFINE_SETTER(set_servername, options->servername = value)
DEFINE_SETTER(set_priority, options->priority = value)
DEFINE_SETTER(set_insecure, options->insecure = true)
DEFINE_SETTER(set_help, options->help = true)
DEFINE_SETTER(set_version, options->version = true)
DEFINE_SETTER(set_resume, options->resume = true)
DEFINE_SETTER(set_ascii, options->ascii = true)
DEFINE_SETTER(set_json, options->json = true)
DEFINE_SETTER(set_quiet, options->quiet = true)
DEFINE_SETTER(set_svg, options->svg_file = value)
DEFINE_SETTER(add_verbosity, options->verbosity++)

static void
set_warn_days(struct options *options, const char *value, struct findings *findings)
{
	if (text_parse_number(value, 0, WARN_DAYS_MAX, &options->warn_days) < 0)
		findings_error(findings,
		    "--warn-days: \"%s\" is not a number of days: use 0-%d", value,
		    WARN_DAYS_MAX);
}

enum { PROTOCOLS_MAX = 8 };

static void
set_alpn(struct options *options, const char *value, struct findings *findings)
{
	const char *wrong = stringlist_split(&options->alpn, value);

	if (wrong != NULL)
		findings_error(findings, "--alpn: %s", wrong);
	if (options->alpn.count > PROTOCOLS_MAX)
		findings_error(findings, "--alpn: too many protocols: offer at most %d",
		    PROTOCOLS_MAX);
	for (size_t i = 0; i < options->alpn.count; i++)
		if (strlen(options->alpn.items[i]) > 255)
			findings_error(findings, "--alpn: a protocol's name has more "
						 "than 255 bytes: correct it");
}

static void
set_message(struct options *options, const char *value, struct findings *findings)
{
	const char *wrong;

	free(options->message);
	options->message = text_unescape(value, &options->message_size, &wrong);
	if (options->message == NULL)
		findings_error(findings,
		    "--message: \"%.4s\" is not an escape: use \\n, \\r, \\t, \\\\ or "
		    "\\xHH",
		    wrong);
}

/* Reads a duration of at least `min_ms`. */
static void
parse_duration(const char *name, const char *value, int64_t min_ms,
    int64_t *duration_ms, struct findings *findings)
{
	if (text_parse_duration(value, duration_ms) < 0 || *duration_ms < min_ms)
		findings_error(findings,
		    "--%s: \"%s\" is not a duration: write one such as 500ms, 30s or "
		    "5m",
		    name, value);
}

static void
set_timeout(struct options *options, const char *value, struct findings *findings)
{
	options->timeout_text = value;
	parse_duration("timeout", value, 0, &options->timeout_ms, findings);
}

static void
set_end_after(struct options *options, const char *value, struct findings *findings)
{
	parse_duration("end-after", value, 0, &options->end_after_ms, findings);
}

static void
set_duration(struct options *options, const char *value, struct findings *findings)
{
	parse_duration("duration", value, 1, &options->load.duration_ms, findings);
}

/* Reads a number of at least 1. */
static void
parse_count(const char *name, const char *value, int64_t max, int64_t *count,
    struct findings *findings)
{
	if (text_parse_number(value, 1, max, count) < 0)
		findings_error(
		    findings, "--%s: \"%s\" is not in 1-%" PRId64, name, value, max);
}

static void
set_connections(struct options *options, const char *value, struct findings *findings)
{
	parse_count("connections", value, CONNECTIONS_MAX, &options->load.connections,
	    findings);
}

static void
set_concurrency(struct options *options, const char *value, struct findings *findings)
{
	int64_t number = 1;

	parse_count("concurrency", value, CONCURRENCY_MAX, &number, findings);
	options->load.concurrency = (int)number;
}

static void
set_pid(struct options *options, const char *value, struct findings *findings)
{
	int64_t number = 0;

	if (text_parse_number(value, 1, INT32_MAX, &number) < 0)
		findings_error(
		    findings, "--pid: \"%s\" is not the number of a process", value);
	else if (cputime_of((pid_t)number) < 0)
		findings_error(findings, "--pid: there is no process %s", value);
	options->load.server = (pid_t)number;
}

/* Sets the default priorities without the other version. */
static void
set_tls(struct options *options, const char *value, struct findings *findings)
{
	const char *other = strcmp(value, "1.2") == 0   ? "1.3"
	                    : strcmp(value, "1.3") == 0 ? "1.2"
	                                                : NULL;

	if (other == NULL) {
		findings_error(
		    findings, "--tls: \"%s\" is not a version: use 1.2 or 1.3", value);
		return;
	}
	free(options->version_priority);
	options->version_priority =
	    memory_format("%s:-VERS-TLS%s", OPTIONS_PRIORITY, other);
}

static const struct row rows[] = {
	{ BENCH, 0, "connections", "N", set_connections, "end after N connections" },
	{ BENCH, 0, "duration", "DURATION", set_duration,
	    "end after this time [10s, or none with --connections]" },
	{ BENCH, 0, "concurrency", "N", set_concurrency,
	    "connections at a time [two for each processor]" },
	{ BENCH, 0, "resume", NULL, set_resume,
	    "resume the session of the previous connection" },
	{ BENCH, 0, "tls", "VERSION", set_tls, "offer only this version, 1.2 or 1.3" },
	{ ONE_CALL, 0, "message", "TEXT", set_message,
	    "send TEXT (\\n \\r \\t \\\\ \\xHH), not standard input" },
	{ BENCH, 0, "message", "TEXT", set_message,
	    "send TEXT (\\n \\r \\t \\\\ \\xHH)" },
	{ TALK, 0, "end-after", "DURATION", set_end_after,
	    "after input and this silence, send close_notify [1s]" },
	{ ALL, 0, "timeout", "DURATION", set_timeout,
	    "for connecting and handshake, and for silence [10s]" },
	{ ALL, 0, "ca", "FILE", add_ca,
	    "trust these authorities, not the system's; repeatable" },
	{ ALL, 0, "servername", "NAME", set_servername,
	    "name to send (SNI) and to verify [HOST]" },
	{ TALK | BENCH | EXPLAIN, 0, "insecure", NULL, set_insecure,
	    "continue if the certificate is not trusted" },
	{ ONE_CALL, 0, "cert", "FILE", set_cert, "client certificate chain, PEM" },
	{ ONE_CALL, 0, "key", "FILE", set_key, "its private key [in --cert]" },
	{ ONE_CALL, 0, "pin-file", "FILE", set_pin_file,
	    "file whose first line is the key's passphrase" },
	{ ONE_CALL, 0, "alpn", "LIST", set_alpn,
	    "application protocols to offer, preferred first" },
	{ TALK | BENCH | EXPLAIN, 0, "priority", "STRING", set_priority,
	    "GnuTLS priority string" },
	{ EXPLAIN, 0, "resume", NULL, set_resume,
	    "connect twice, and draw how the session is resumed" },
	{ EXPLAIN, 0, "svg", "FILE", set_svg,
	    "also write the drawing to FILE, as an SVG image" },
	{ EXPLAIN, 0, "ascii", NULL, set_ascii, "draw with ASCII characters only" },
	{ CHECK, 0, "warn-days", "N", set_warn_days,
	    "warn if a certificate has fewer days left [14]" },
	{ BENCH, 0, "pid", "PID", set_pid,
	    "measure the processor time of this server process" },
	{ BENCH | CHECK, 0, "json", NULL, set_json, "print JSON" },
	{ CHECK, 'q', "quiet", NULL, set_quiet,
	    "print only the verdict, warnings and failures" },
	{ TALK, 'v', "verbose", NULL, add_verbosity,
	    "print what was negotiated; twice: more" },
	{ ALL, 'h', "help", NULL, set_help, "print this" },
	{ ALL, 'V', "version", NULL, set_version, "print the version" },
};

#define ROWS (sizeof rows / sizeof rows[0])

/* The tables for getopt_long(3) are made from `rows`. It returns a row's index plus FIRST_CODE. */
#define FIRST_CODE 1000

static bool
is_listed(const struct option *longs, const struct option *end, const char *name)
{
	while (longs < end && strcmp(longs->name, name) != 0)
		longs++;
	return longs < end;
}

/* Fills in the options of `commands`, each name once. */
static void
fill_tables(unsigned commands, struct option longs[ROWS + 1], char shorts[ROWS + 1])
{
	struct option *end = longs;

	for (size_t i = 0; i < ROWS; i++) {
		if ((rows[i].commands & commands) == 0 ||
		    is_listed(longs, end, rows[i].name))
			continue;
		*end++ = (struct option){ .name = rows[i].name,
			.has_arg =
			    rows[i].argument != NULL ? required_argument : no_argument,
			.val = FIRST_CODE + (int)i };
		if (rows[i].letter != '\0')
			*shorts++ = rows[i].letter;
	}
	*shorts = '\0';
	*end = (struct option){ 0 };
}

static const struct row *
row_of(int code)
{
	if (code >= FIRST_CODE)
		return &rows[code - FIRST_CODE];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == code)
			return &rows[i];
	return NULL;
}

static void
parse_dashed(struct options *options, enum options_command command, int argc,
    char **argv, struct findings *findings)
{
	struct option longs[ROWS + 1];
	char shorts[ROWS + 2] = ":";
	int code;

	fill_tables(1u << command, longs, shorts + 1);
	opterr = 0;
	optind = 0; /* glibc: starts anew after an earlier parse */
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct row *row = row_of(code);
		if (code == ':')
			findings_error(findings, "%s: its value is missing: see --help",
			    argv[optind - 1]);
		else if (row == NULL)
			findings_error(findings,
			    "%s: is not an option of %s: see --help", argv[optind - 1],
			    options_name(command));
		else
			row->set(options, optarg, findings);
	}
}

int
options_find_operand(int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char shorts[ROWS + 3] = "+:";
	int code;

	fill_tables(ALL, longs, shorts + 2);
	opterr = 0;
	optind = 0;
	do
		code = getopt_long(argc, argv, shorts, longs, NULL);
	while (code != -1);
	return optind;
}

static void
parse_target(struct options *options, int argc, char **argv, struct findings *findings)
{
	char error[TARGET_ERROR_SIZE];

	if (argc - optind != 1) {
		findings_error(findings,
		    argc == optind ? "TARGET is missing: give HOST:PORT or see --help"
				   : "more than one TARGET: give only one");
		return;
	}
	if (target_parse(&options->target, argv[optind], error) < 0)
		findings_error(findings, "%s: %s", argv[optind], error);
}

static void
check_together(const struct options *options, struct findings *findings)
{
	if (options->cert_file == NULL && options->key_file != NULL)
		findings_error(
		    findings, "--key: has no effect without --cert: give both");
	if (options->cert_file == NULL && options->pin_file != NULL)
		findings_error(
		    findings, "--pin-file: has no effect without --cert: give both");
	if (options->version_priority != NULL && options->priority != NULL)
		findings_error(findings,
		    "--tls: cannot be combined with --priority: give one of them");
	if (options->servername != NULL && options->servername[0] == '\0')
		findings_error(findings, "--servername: is empty: give a name");
}

/* Returns a second, or half of a shorter time-out, so that the server has time to answer. */
static int64_t
default_end_after(const struct options *options)
{
	if (options->timeout_ms > 0 && options->timeout_ms < 2 * END_AFTER_MS)
		return options->timeout_ms / 2;
	return END_AFTER_MS;
}

static int
default_concurrency(void)
{
	long threads = sysconf(_SC_NPROCESSORS_ONLN) * THREADS_PER_CORE;

	return threads < 1                 ? 1
	       : threads > CONCURRENCY_MAX ? CONCURRENCY_MAX
	                                   : (int)threads;
}

/* Sets the missing values that depend on other options. */
static void
complete(struct options *options)
{
	struct options_load *load = &options->load;

	if (options->end_after_ms < 0)
		options->end_after_ms = default_end_after(options);
	if (load->duration_ms == 0 && load->connections == 0)
		load->duration_ms = LOAD_MS;
	if (options->version_priority != NULL)
		options->priority = options->version_priority;
}

int
options_parse(struct options *options, enum options_command command, int argc,
    char **argv, struct findings *findings)
{
	*options = (struct options){ .timeout_ms = 10000,
		.timeout_text = "10s",
		.end_after_ms = -1,
		.load.concurrency = default_concurrency(),
		.warn_days = 14 };
	parse_dashed(options, command, argc, argv, findings);
	if (options->help || options->version)
		return findings->errors == 0 ? 0 : -1;
	parse_target(options, argc, argv, findings);
	check_together(options, findings);
	complete(options);
	return findings->errors == 0 ? 0 : -1;
}

void
options_fini(struct options *options)
{
	target_fini(&options->target);
	stringlist_fini(&options->ca_files);
	stringlist_fini(&options->alpn);
	free(options->message);
	free(options->version_priority);
	*options = (struct options){ 0 };
}

static void
print_row(const struct row *row, FILE *out)
{
	char short_form[8] = "   ";
	char long_form[32];

	if (row->letter != '\0')
		snprintf(short_form, sizeof short_form, "-%c,", row->letter);
	snprintf(long_form, sizeof long_form, "--%s %s", row->name,
	    row->argument != NULL ? row->argument : "");
	wrap_format(out, HELP_WIDTH, HELP_HANG, " %s %-21s %s", short_form, long_form,
	    row->help);
}

void
options_print_help(enum options_command command, FILE *out)
{
	const struct usage *usage = &usages[command];

	fprintf(out,
	    "usage: %s [OPTIONS] TARGET\n%s\n\n"
	    "TARGET is HOST:PORT, [IPV6]:PORT, https://HOST[:PORT] or "
	    "[unix:]/PATH.\n\n",
	    usage->name, usage->purpose);
	for (size_t i = 0; i < ROWS; i++)
		if ((rows[i].commands & 1u << command) != 0)
			print_row(&rows[i], out);
	fprintf(out, "\nExit status: %s See tlsc(1).\n", usage->status);
}

const char *
options_name(enum options_command command)
{
	return usages[command].name;
}
