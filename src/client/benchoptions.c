/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of tlsc bench: one table of options, a function for each. */
#include "client/benchoptions.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/findings.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/cputime.h"
#include "client/parameters.h"

#define CONNECTIONS_MAX 1000000000000
#define CONCURRENCY_MAX 4096
#define DURATION_MS 10000
#define THREADS_PER_CORE 2
#define TIMEOUT_TEXT "10s"
#define TIMEOUT_MS 10000

struct row {
	const char *name;
	const char *argument; /* its name in the usage, NULL for none */
	void (*set)(
	    struct benchoptions *options, const char *value, struct findings *findings);
	const char *help;
};

#define DEFINE_SETTER(name, statement)                                    \
	static void name(struct benchoptions *options, const char *value, \
	    struct findings *findings)                                    \
	{                                                                 \
		(void)value;                                              \
		(void)findings;                                           \
		statement;                                                \
	}

DEFINE_SETTER(add_ca, stringlist_add(&options->call.ca_files, value, strlen(value)))
DEFINE_SETTER(set_servername, options->call.servername = value)
DEFINE_SETTER(set_priority, options->call.priority = value)
DEFINE_SETTER(set_insecure, options->call.insecure = true)
DEFINE_SETTER(set_resume, options->resume = true)
DEFINE_SETTER(set_json, options->json = true)
DEFINE_SETTER(set_help, options->help = true)

static void
set_connections(
    struct benchoptions *options, const char *value, struct findings *findings)
{
	if (text_parse_number(value, 1, CONNECTIONS_MAX, &options->limits.connections) <
	    0)
		findings_error(
		    findings, "--connections: \"%s\" is not in 1-1000000000000", value);
}

static void
set_duration(struct benchoptions *options, const char *value, struct findings *findings)
{
	if (text_parse_duration(value, &options->limits.duration_ms) < 0 ||
	    options->limits.duration_ms == 0)
		findings_error(findings,
		    "--duration: \"%s\" is no duration such as 500ms, 30s or 5m",
		    value);
}

static void
set_concurrency(
    struct benchoptions *options, const char *value, struct findings *findings)
{
	int64_t number = 1;

	if (text_parse_number(value, 1, CONCURRENCY_MAX, &number) < 0)
		findings_error(
		    findings, "--concurrency: \"%s\" is not in 1-4096", value);
	options->limits.concurrency = (int)number;
}

static void
set_pid(struct benchoptions *options, const char *value, struct findings *findings)
{
	int64_t number = 0;

	if (text_parse_number(value, 1, INT32_MAX, &number) < 0)
		findings_error(
		    findings, "--pid: \"%s\" is not the number of a process", value);
	else if (cputime_of((pid_t)number) < 0)
		findings_error(findings, "--pid: there is no process %s", value);
	options->limits.server = (pid_t)number;
}

static void
set_timeout(struct benchoptions *options, const char *value, struct findings *findings)
{
	options->call.timeout_text = value;
	if (text_parse_duration(value, &options->call.timeout_ms) < 0)
		findings_error(findings,
		    "--timeout: \"%s\" is no duration such as 500ms, 30s or 5m", value);
}

static void
set_message(struct benchoptions *options, const char *value, struct findings *findings)
{
	const char *wrong;

	free(options->call.message);
	options->call.message =
	    text_unescape(value, &options->call.message_size, &wrong);
	if (options->call.message == NULL)
		findings_error(findings,
		    "--message: \"%.4s\" is no escape; there are \\n \\r \\t \\\\ "
		    "\\xHH",
		    wrong);
}

/* The default priorities but for the other version. */
static void
set_tls(struct benchoptions *options, const char *value, struct findings *findings)
{
	const char *other = strcmp(value, "1.2") == 0   ? "1.3"
	                    : strcmp(value, "1.3") == 0 ? "1.2"
	                                                : NULL;

	if (other == NULL) {
		findings_error(findings, "--tls: \"%s\" is neither 1.2 nor 1.3", value);
		return;
	}
	free(options->priority);
	options->priority = memory_format("%s:-VERS-TLS%s", PARAMETERS_PRIORITY, other);
}

static const struct row rows[] = {
	{ "connections", "N", set_connections, "end after so many" },
	{ "duration", "DURATION", set_duration,
	    "end after this time [10s, or none with --connections]" },
	{ "concurrency", "N", set_concurrency,
	    "connections at a time [two for each processor]" },
	{ "resume", NULL, set_resume, "resume the session of the connection before" },
	{ "tls", "VERSION", set_tls, "1.2 or 1.3 only" },
	{ "message", "TEXT", set_message, "send TEXT (\\n \\r \\t \\\\ \\xHH)" },
	{ "timeout", "DURATION", set_timeout,
	    "for connecting, and for each silence [" TIMEOUT_TEXT "]" },
	{ "ca", "FILE", add_ca,
	    "trust these authorities, not the system's; repeatable" },
	{ "servername", "NAME", set_servername,
	    "the name to ask for and to verify [HOST]" },
	{ "insecure", NULL, set_insecure,
	    "go on with a certificate that is not trusted" },
	{ "priority", "STRING", set_priority, "GnuTLS priority string" },
	{ "pid", "PID", set_pid,
	    "measure the processor time of this process, the server" },
	{ "json", NULL, set_json, "report in JSON" },
	{ "help", NULL, set_help, "print this" },
};

#define ROWS (sizeof rows / sizeof rows[0])

static void
fill_table(struct option longs[ROWS + 1])
{
	for (size_t i = 0; i < ROWS; i++)
		longs[i] = (struct option){ .name = rows[i].name,
			.has_arg =
			    rows[i].argument != NULL ? required_argument : no_argument,
			.val = (int)i };
	longs[ROWS] = (struct option){ 0 };
}

static void
parse_dashed(
    struct benchoptions *options, int argc, char **argv, struct findings *findings)
{
	struct option longs[ROWS + 1];
	int code;

	fill_table(longs);
	opterr = 0;
	optind = 0; /* glibc: start anew, whatever was parsed before */
	while ((code = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
		if (code == ':')
			findings_error(findings, "%s needs a value", argv[optind - 1]);
		else if (code == 'h')
			options->help = true;
		else if (code == '?')
			findings_error(findings, "%s is not an option of tlsc bench",
			    argv[optind - 1]);
		else
			rows[code].set(options, optarg, findings);
	}
}

static void
parse_target(
    struct benchoptions *options, int argc, char **argv, struct findings *findings)
{
	char error[TARGET_ERROR_SIZE];

	if (argc - optind != 1)
		findings_error(findings, argc == optind
					     ? "whom to call is missing"
					     : "there is more than one HOST:PORT");
	else if (target_parse(&options->call.target, argv[optind], error) < 0)
		findings_error(findings, "%s: %s", argv[optind], error);
}

static void
check_together(const struct benchoptions *options, struct findings *findings)
{
	if (options->priority != NULL && options->call.priority != NULL)
		findings_error(findings, "--tls and --priority exclude each other");
	if (options->call.servername != NULL && options->call.servername[0] == '\0')
		findings_error(findings, "--servername: a name is needed");
}

static int
default_concurrency(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN) * THREADS_PER_CORE;

	return cores < 1 ? 1 : cores > CONCURRENCY_MAX ? CONCURRENCY_MAX : (int)cores;
}

int
benchoptions_parse(
    struct benchoptions *options, int argc, char **argv, struct findings *findings)
{
	struct benchrun_limits *limits = &options->limits;

	*options = (struct benchoptions){ .call = { .timeout_ms = TIMEOUT_MS,
					      .timeout_text = TIMEOUT_TEXT },
		.limits.concurrency = default_concurrency() };
	parse_dashed(options, argc, argv, findings);
	if (options->help)
		return findings->errors == 0 ? 0 : -1;
	if (limits->duration_ms == 0 && limits->connections == 0)
		limits->duration_ms = DURATION_MS;
	parse_target(options, argc, argv, findings);
	check_together(options, findings);
	if (options->priority != NULL)
		options->call.priority = options->priority;
	return findings->errors == 0 ? 0 : -1;
}

void
benchoptions_fini(struct benchoptions *options)
{
	options_fini(&options->call);
	free(options->priority);
	*options = (struct benchoptions){ 0 };
}

void
benchoptions_print_help(FILE *out)
{
	fprintf(out,
	    "usage: tlsc bench [OPTIONS] HOST:PORT | [IPV6]:PORT | [unix:]/PATH\n"
	    "Calls a TLS server again and again, and reports how it bore it.\n\n");
	for (size_t i = 0; i < ROWS; i++) {
		char form[32];

		snprintf(form, sizeof form, "--%s %s", rows[i].name,
		    rows[i].argument != NULL ? rows[i].argument : "");
		fprintf(out, "  %-21s %s\n", form, rows[i].help);
	}
	fprintf(out, "\nExit status: 0 each answer was whole, 1 some connections "
		     "failed, 2 usage,"
		     "\n3 certificate not trusted. See tlsc(1).\n");
}
