/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of tlsc. */
#include "client/options/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/optiontable.h"
#include "base/text/text.h"
#include "base/text/wrap.h"
#include "client/options/cputime.h"
#include "client/options/defaultpriority.h"

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

static void
add_ca(const struct optionvalue *value)
{
	stringlist_add(value->member, value->text, strlen(value->text));
}

static void
add_verbosity(const struct optionvalue *value)
{
	++*(int *)value->member;
}

static void
set_warn_days(const struct optionvalue *value)
{
	if (text_parse_number(value->text, 0, WARN_DAYS_MAX, value->member) < 0)
		findings_error(value->context,
		    "--warn-days: \"%s\" is not a number of days: use 0-%d",
		    value->text, WARN_DAYS_MAX);
}

enum { PROTOCOLS_MAX = 8 };

static void
set_alpn(const struct optionvalue *value)
{
	struct findings *findings = value->context;
	struct stringlist *alpn = value->member;
	const char *wrong = stringlist_split(alpn, value->text);

	if (wrong != NULL)
		findings_error(findings, "--alpn: %s", wrong);
	if (alpn->count > PROTOCOLS_MAX)
		findings_error(findings, "--alpn: too many protocols: offer at most %d",
		    PROTOCOLS_MAX);
	for (size_t i = 0; i < alpn->count; i++)
		if (strlen(alpn->items[i]) > 255)
			findings_error(findings, "--alpn: a protocol's name has more "
						 "than 255 bytes: correct it");
}

static void
set_message(const struct optionvalue *value)
{
	struct options *options = value->member;
	const char *wrong;

	free(options->message);
	options->message = text_unescape(value->text, &options->message_size, &wrong);
	if (options->message == NULL)
		findings_error(value->context,
		    "--message: \"%.4s\" is not an escape: use \\n, \\r, \\t, \\\\ or "
		    "\\xHH",
		    wrong);
}

static void
set_duration(const struct optionvalue *value)
{
	int64_t *duration_ms = value->member;

	if (text_parse_duration(value->text, duration_ms) < 0 ||
	    *duration_ms < value->row->min)
		findings_error(value->context,
		    "--%s: \"%s\" is not a duration: write one such as 500ms, 30s or "
		    "5m",
		    value->row->name, value->text);
}

static void
set_timeout(const struct optionvalue *value)
{
	struct options *options = value->member;
	struct optionvalue duration = *value;

	options->timeout_text = value->text;
	duration.member = &options->timeout_ms;
	set_duration(&duration);
}

static void
set_count(const struct optionvalue *value)
{
	const struct optionrow *row = value->row;

	if (text_parse_number(value->text, row->min, row->max, value->member) < 0)
		findings_error(value->context,
		    "--%s: \"%s\" is not in %" PRId64 "-%" PRId64, row->name,
		    value->text, row->min, row->max);
}

static void
set_concurrency(const struct optionvalue *value)
{
	int64_t number = 1;
	struct optionvalue count = *value;

	count.member = &number;
	set_count(&count);
	*(int *)value->member = (int)number;
}

static void
set_pid(const struct optionvalue *value)
{
	int64_t number = 0;

	if (text_parse_number(value->text, 1, INT32_MAX, &number) < 0)
		findings_error(value->context,
		    "--pid: \"%s\" is not the number of a process", value->text);
	else if (cputime_of((pid_t)number) < 0)
		findings_error(
		    value->context, "--pid: there is no process %s", value->text);
	*(pid_t *)value->member = (pid_t)number;
}

/* Sets the default priorities without the other version. */
static void
set_tls(const struct optionvalue *value)
{
	char **priority = value->member;
	const char *other = strcmp(value->text, "1.2") == 0   ? "1.3"
	                    : strcmp(value->text, "1.3") == 0 ? "1.2"
	                                                      : NULL;

	if (other == NULL) {
		findings_error(value->context,
		    "--tls: \"%s\" is not a version: use 1.2 or 1.3", value->text);
		return;
	}
	free(*priority);
	*priority = defaultpriority(other);
}

#define MEMBER(name) offsetof(struct options, name)
#define FLAG(name) NULL, optiontable_set_flag, MEMBER(name), 0, 0
#define TEXT(argument, name) argument, optiontable_set_text, MEMBER(name), 0, 0
static const struct optionrow rows[] = {
	{ BENCH, 0, "connections", "end after N connections", "N", set_count,
	    MEMBER(load.connections), 1, CONNECTIONS_MAX },
	{ BENCH, 0, "duration", "end after this time [10s, or none with --connections]",
	    "DURATION", set_duration, MEMBER(load.duration_ms), 1, 0 },
	{ BENCH, 0, "concurrency", "connections at a time [two for each processor]",
	    "N", set_concurrency, MEMBER(load.concurrency), 1, CONCURRENCY_MAX },
	{ BENCH, 0, "resume", "resume the session of the previous connection",
	    FLAG(resume) },
	{ BENCH, 0, "tls", "offer only this version, 1.2 or 1.3", "VERSION", set_tls,
	    MEMBER(version_priority), 0, 0 },
	{ ONE_CALL, 0, "message",
	    "send TEXT (\\n \\r \\t \\\\ \\xHH), not standard input", "TEXT",
	    set_message, 0, 0, 0 },
	{ BENCH, 0, "message", "send TEXT (\\n \\r \\t \\\\ \\xHH)", "TEXT",
	    set_message, 0, 0, 0 },
	{ TALK, 0, "end-after", "after input and this silence, send close_notify [1s]",
	    "DURATION", set_duration, MEMBER(end_after_ms), 0, 0 },
	{ ALL, 0, "timeout", "for connecting and handshake, and for silence [10s]",
	    "DURATION", set_timeout, 0, 0, 0 },
	{ ALL, 0, "ca", "trust these authorities, not the system's; repeatable", "FILE",
	    add_ca, MEMBER(ca_files), 0, 0 },
	{ ALL, 0, "servername", "name to send (SNI) and to verify [HOST]",
	    TEXT("NAME", servername) },
	{ TALK | BENCH | EXPLAIN, 0, "insecure",
	    "continue if the certificate is not trusted", FLAG(insecure) },
	{ ONE_CALL, 0, "cert", "client certificate chain, PEM",
	    TEXT("FILE", cert_file) },
	{ ONE_CALL, 0, "key", "its private key [in --cert]", TEXT("FILE", key_file) },
	{ ONE_CALL, 0, "pin-file", "file whose first line is the key's passphrase",
	    TEXT("FILE", pin_file) },
	{ TALK | EXPLAIN, 0, "psk-identity",
	    "offer the pre-shared key of this identity", TEXT("NAME", psk_identity) },
	{ TALK | EXPLAIN, 0, "psk-file", "file with its line IDENTITY:HEXKEY",
	    TEXT("FILE", psk_file) },
	{ ONE_CALL, 0, "alpn", "application protocols to offer, preferred first",
	    "LIST", set_alpn, MEMBER(alpn), 0, 0 },
	{ TALK | BENCH | EXPLAIN, 0, "priority", "GnuTLS priority string",
	    TEXT("STRING", priority) },
	{ EXPLAIN, 0, "resume", "connect twice, and draw how the session is resumed",
	    FLAG(resume) },
	{ EXPLAIN, 0, "svg", "also write the drawing to FILE, as an SVG image",
	    TEXT("FILE", svg_file) },
	{ EXPLAIN, 0, "ascii", "draw with ASCII characters only", FLAG(ascii) },
	{ CHECK, 0, "warn-days", "warn if a certificate has fewer days left [14]", "N",
	    set_warn_days, MEMBER(warn_days), 0, 0 },
	{ BENCH, 0, "pid", "measure the processor time of this server process", "PID",
	    set_pid, MEMBER(load.server), 0, 0 },
	{ BENCH | CHECK, 0, "json", "print JSON", FLAG(json) },
	{ CHECK, 'q', "quiet", "print only the verdict, warnings and failures",
	    FLAG(quiet) },
	{ TALK, 'v', "verbose", "print what was negotiated; twice: more", NULL,
	    add_verbosity, MEMBER(verbosity), 0, 0 },
	{ ALL, 'h', "help", "print this", FLAG(help) },
	{ ALL, 'V', "version", "print the version", FLAG(version) },
};

#define ROWS (sizeof rows / sizeof rows[0])

static void
parse_dashed(struct options *options, enum options_command command, int argc,
    char **argv, struct findings *findings)
{
	struct optiontable table;
	int result;

	optiontable_init(&table, rows, ROWS, 1u << command, ":");
	while ((result = optiontable_next(&table, argc, argv, options, findings)) != -1)
		if (result == ':')
			findings_error(findings, "%s: its value is missing: see --help",
			    argv[optind - 1]);
		else if (result == '?')
			findings_error(findings,
			    "%s: is not an option of %s: see --help", argv[optind - 1],
			    options_name(command));
}

int
options_find_operand(int argc, char **argv)
{
	struct optiontable table;

	optiontable_init(&table, rows, ROWS, ALL, "+:");
	while (getopt_long(argc, argv, table.shorts, table.longs, NULL) != -1)
		;
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
	if ((options->psk_identity == NULL) != (options->psk_file == NULL))
		findings_error(findings,
		    options->psk_file == NULL
			? "--psk-identity: has no effect without --psk-file: give both"
			: "--psk-file: has no effect without --psk-identity: give "
			  "both");
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
complete_options(struct options *options)
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
	complete_options(options);
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
print_row(const struct optionrow *row, FILE *out)
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
