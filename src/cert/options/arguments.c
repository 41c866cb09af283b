/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of tlscert. */
#include "cert/options/arguments.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text/optiontable.h"
#include "base/text/text.h"
#include "base/text/wrap.h"

/* Leaves the row in the context if the value is wrong. */
static void
set_number(const struct optionvalue *value)
{
	const struct optionrow *row = value->row;
	int64_t number;

	if (text_parse_number(value->text, row->min, row->max, &number) == 0)
		*(int *)value->member = (int)number;
	else
		*(const struct optionrow **)value->context = row;
}

#define MEMBER(name) offsetof(struct arguments, name)
#define FLAG(name) NULL, optiontable_set_flag, MEMBER(name), 0, 0
#define TEXT(argument, name) argument, optiontable_set_text, MEMBER(name), 0, 0
#define NUMBER(argument, name, min, max) argument, set_number, MEMBER(name), min, max
static const struct optionrow rows[] = {
	{ ARGUMENT_MAKE, 0, "key-type",
	    "ecdsa (P-256, the default), ecdsa-p384, ed25519, rsa",
	    TEXT("TYPE", key_type) },
	{ ARGUMENT_MAKE, 0, "days", "the number of days that it is valid",
	    NUMBER("N", days, 1, 36500) },
	{ ARGUMENT_RENEW, 0, "days", "the number of days that it is valid (as before)",
	    NUMBER("N", days, 1, 36500) },
	{ ARGUMENT_RENEW, 0, "if-within", "renew only if it ends within N days",
	    NUMBER("N", if_within, 0, 36500) },
	{ ARGUMENT_RENEW, 0, "new-key", "make a new key of the same type",
	    FLAG(new_key) },
	{ ARGUMENT_PATH_LENGTH, 0, "path-length",
	    "how many authorities may be below this one",
	    NUMBER("N", path_length, 0, 100) },
	{ ARGUMENT_MAKE | ARGUMENT_CRL, 0, "out-dir",
	    "the folder of the files with default names", TEXT("DIR", out_dir) },
	{ ARGUMENT_MAKE, 0, "cert", "write the certificate here", TEXT("FILE", cert) },
	{ ARGUMENT_KEY, 0, "key", "the file of the private key", TEXT("FILE", key) },
	{ ARGUMENT_SIGN, 0, "ca-cert", "the authority's certificate",
	    TEXT("FILE", ca_cert) },
	{ ARGUMENT_SIGN, 0, "ca-key",
	    "the authority's private key (as --ca-cert, with .key)",
	    TEXT("FILE", ca_key) },
	{ ARGUMENT_SIGN, 0, "ca-pin-file",
	    "its first line is the passphrase of --ca-key", TEXT("FILE", ca_pin_file) },
	{ ARGUMENT_MAKE, 0, "force", "replace existing files", FLAG(force) },
	{ ARGUMENT_RENEW, 0, "force", "renew even if another authority issued it",
	    FLAG(force) },
	{ ARGUMENT_REVOKE, 0, "reason",
	    "the reason, such as keyCompromise or superseded", TEXT("WORD", reason) },
	{ ARGUMENT_CRL, 0, "crl", "the revocation list (as --ca-cert, with .crl)",
	    TEXT("FILE", crl) },
	{ ARGUMENT_CRL, 0, "crl-days", "the number of days that the list is valid (30)",
	    NUMBER("N", crl_days, 1, 3650) },
	{ ARGUMENT_CHECK | ARGUMENT_RENEW, 0, "pin-file",
	    "its first line is the passphrase of --key", TEXT("FILE", pin_file) },
	{ ARGUMENT_CHECK, 0, "ca",
	    "verify the chain up to these certificates; or \"system\"",
	    TEXT("FILE", ca) },
	{ ARGUMENT_CHECK, 0, "name", "the host name or IP address that it must be for",
	    TEXT("NAME", name) },
	{ ARGUMENT_SHOW, 0, "json", "print JSON", FLAG(json) },
	{ ARGUMENT_CHECK | ARGUMENT_SHOW, 0, "warn-days",
	    "warn if fewer days are left (14)", NUMBER("N", warn_days, 0, 36500) },
	{ ARGUMENT_TICKETS, 0, "keep", "how many keys the file holds (3)",
	    NUMBER("N", keep, 1, 32) },
	{ ARGUMENT_TICKETS, 0, "delay", "until a new key issues tickets (60)",
	    NUMBER("MINUTES", delay, 0, 10080) },
	{ ARGUMENT_CHECK, 0, "critical-days", "critical if fewer days are left (3)",
	    NUMBER("N", critical_days, 0, 36500) },
	{ ~0u, 'h', "help", "print this text", FLAG(help) },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static enum arguments_result
report_usage_error(const struct command *command, const char *what, const char *which)
{
	fprintf(stderr, "tlscert %s: %s%s: see tlscert %s --help\n", command->name,
	    what, which, command->name);
	return ARGUMENTS_WRONG;
}

static enum arguments_result
count_operands(const struct command *command, const struct arguments *arguments)
{
	if (arguments->operand_count < command->operands_min)
		return report_usage_error(command, "missing ", command->operands);
	if (arguments->operand_count > command->operands_max)
		return report_usage_error(command, "too many arguments, from ",
		    arguments->operands[command->operands_max]);
	return ARGUMENTS_RUN;
}

/* Reads the options. Operands may stand between them, because getopt_long(3) moves them. */
static enum arguments_result
read_options(
    const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	struct optiontable table;
	const struct optionrow *wrong = NULL;
	int result;

	optiontable_init(&table, rows, ROW_COUNT, command->options, ":");
	do
		result = optiontable_next(&table, argc, argv, arguments, &wrong);
	while (result == 0 && wrong == NULL && !arguments->help);
	if (wrong != NULL) {
		fprintf(stderr, "tlscert %s: --%s: %s is not in %d-%d\n", command->name,
		    wrong->name, optarg, (int)wrong->min, (int)wrong->max);
		return ARGUMENTS_WRONG;
	}
	if (arguments->help)
		return ARGUMENTS_HELP;
	if (result == ':')
		return report_usage_error(
		    command, "missing value of ", argv[optind - 1]);
	if (result == '?')
		return report_usage_error(command, "unknown option ", argv[optind - 1]);
	return ARGUMENTS_RUN;
}

enum arguments_result
arguments_read(
    const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	*arguments = (struct arguments){ .key_type = "ecdsa",
		.days = command->days,
		.path_length = -1,
		.out_dir = ".",
		.warn_days = 14,
		.if_within = -1,
		.crl_days = 30,
		.keep = 3,
		.delay = 60,
		.critical_days = 3 };
	enum arguments_result result = read_options(command, argc, argv, arguments);
	if (result != ARGUMENTS_RUN)
		return result;
	arguments->operands = argv + optind;
	arguments->operand_count = argc - optind;
	return count_operands(command, arguments);
}

static void
print_row(const struct optionrow *row)
{
	wrap_format(stdout, ARGUMENTS_HELP_WIDTH, strlen("  --critical-days VALUE "),
	    "  --%-13s %-5s %s", row->name, row->argument != NULL ? row->argument : "",
	    row->help);
}

void
arguments_print_help(const struct command *command)
{
	printf("usage: tlscert %s [option ...] %s\n\n%s.\n%s\noptions:\n",
	    command->name, command->operands, command->summary, command->details);
	for (int i = 0; i < ROW_COUNT; i++)
		if (rows[i].commands & command->options)
			print_row(&rows[i]);
	printf("\nThe manual is tlscert(1).\n");
}
