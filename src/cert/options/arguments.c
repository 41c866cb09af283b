/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of tlscert. */
#include "cert/options/arguments.h"

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text/text.h"
#include "base/text/wrap.h"

enum kind { FLAG, TEXT, NUMBER };

struct option_row {
	const char *name;
	const char *value; /* the name of its argument; NULL for a flag */
	const char *help;
	enum kind kind;
	size_t offset; /* of its member in struct arguments */
	unsigned command;
	int min, max;
};

#define MEMBER(name) offsetof(struct arguments, name)
static const struct option_row rows[] = {
	{ "key-type", "TYPE", "ecdsa (P-256, the default), ecdsa-p384, ed25519, rsa",
	    TEXT, MEMBER(key_type), ARGUMENT_MAKE, 0, 0 },
	{ "days", "N", "the number of days that it is valid", NUMBER, MEMBER(days),
	    ARGUMENT_MAKE, 1, 36500 },
	{ "days", "N", "the number of days that it is valid (as before)", NUMBER,
	    MEMBER(days), ARGUMENT_RENEW, 1, 36500 },
	{ "if-within", "N", "renew only if it ends within N days", NUMBER,
	    MEMBER(if_within), ARGUMENT_RENEW, 0, 36500 },
	{ "new-key", NULL, "make a new key of the same type", FLAG, MEMBER(new_key),
	    ARGUMENT_RENEW, 0, 0 },
	{ "path-length", "N", "how many authorities may be below this one", NUMBER,
	    MEMBER(path_length), ARGUMENT_PATH_LENGTH, 0, 100 },
	{ "out-dir", "DIR", "the folder of the files with default names", TEXT,
	    MEMBER(out_dir), ARGUMENT_MAKE | ARGUMENT_CRL, 0, 0 },
	{ "cert", "FILE", "write the certificate here", TEXT, MEMBER(cert),
	    ARGUMENT_MAKE, 0, 0 },
	{ "key", "FILE", "the file of the private key", TEXT, MEMBER(key), ARGUMENT_KEY,
	    0, 0 },
	{ "ca-cert", "FILE", "the authority's certificate", TEXT, MEMBER(ca_cert),
	    ARGUMENT_SIGN, 0, 0 },
	{ "ca-key", "FILE", "the authority's private key (as --ca-cert, with .key)",
	    TEXT, MEMBER(ca_key), ARGUMENT_SIGN, 0, 0 },
	{ "ca-pin-file", "FILE", "its first line is the passphrase of --ca-key", TEXT,
	    MEMBER(ca_pin_file), ARGUMENT_SIGN, 0, 0 },
	{ "force", NULL, "replace existing files", FLAG, MEMBER(force), ARGUMENT_MAKE,
	    0, 0 },
	{ "force", NULL, "renew even if another authority issued it", FLAG,
	    MEMBER(force), ARGUMENT_RENEW, 0, 0 },
	{ "reason", "WORD", "the reason, such as keyCompromise or superseded", TEXT,
	    MEMBER(reason), ARGUMENT_REVOKE, 0, 0 },
	{ "crl", "FILE", "the revocation list (as --ca-cert, with .crl)", TEXT,
	    MEMBER(crl), ARGUMENT_CRL, 0, 0 },
	{ "crl-days", "N", "the number of days that the list is valid (30)", NUMBER,
	    MEMBER(crl_days), ARGUMENT_CRL, 1, 3650 },
	{ "pin-file", "FILE", "its first line is the passphrase of --key", TEXT,
	    MEMBER(pin_file), ARGUMENT_CHECK | ARGUMENT_RENEW, 0, 0 },
	{ "ca", "FILE", "verify the chain up to these certificates; or \"system\"",
	    TEXT, MEMBER(ca), ARGUMENT_CHECK, 0, 0 },
	{ "name", "NAME", "the host name or IP address that it must be for", TEXT,
	    MEMBER(name), ARGUMENT_CHECK, 0, 0 },
	{ "json", NULL, "print JSON", FLAG, MEMBER(json), ARGUMENT_SHOW, 0, 0 },
	{ "warn-days", "N", "warn if fewer days are left (14)", NUMBER,
	    MEMBER(warn_days), ARGUMENT_CHECK | ARGUMENT_SHOW, 0, 36500 },
	{ "keep", "N", "how many keys the file holds (3)", NUMBER, MEMBER(keep),
	    ARGUMENT_TICKETS, 1, 32 },
	{ "delay", "MINUTES", "until a new key issues tickets (60)", NUMBER,
	    MEMBER(delay), ARGUMENT_TICKETS, 0, 10080 },
	{ "critical-days", "N", "critical if fewer days are left (3)", NUMBER,
	    MEMBER(critical_days), ARGUMENT_CHECK, 0, 36500 },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0], HELP = ROW_COUNT };

/* Lists the options of `command` for getopt_long(3); the value of an option is its row's index. */
static void
list_options(const struct command *command, struct option options[ROW_COUNT + 2])
{
	size_t n = 0;

	for (int i = 0; i < ROW_COUNT; i++)
		if (rows[i].command & command->options)
			options[n++] = (struct option){ .name = rows[i].name,
				.has_arg = rows[i].kind == FLAG ? no_argument
				                                : required_argument,
				.val = i };
	options[n++] = (struct option){ .name = "help", .val = HELP };
	options[n] = (struct option){ .name = NULL };
}

static int
set_number(const struct command *command, const struct option_row *row,
    const char *text, int *member)
{
	int64_t number;

	if (text_parse_number(text, row->min, row->max, &number) < 0) {
		fprintf(stderr, "tlscert %s: --%s: %s is not in %d-%d\n", command->name,
		    row->name, text, row->min, row->max);
		return -1;
	}
	*member = (int)number;
	return 0;
}

static int
set_member(const struct command *command, const struct option_row *row,
    const char *text, struct arguments *arguments)
{
	void *member = (char *)arguments + row->offset;

	switch (row->kind) {
	case FLAG:
		*(bool *)member = true;
		return 0;
	case TEXT:
		*(const char **)member = text;
		return 0;
	default:
		return set_number(command, row, text, member);
	}
}

static enum arguments_result
complain(const struct command *command, const char *what, const char *which)
{
	fprintf(stderr, "tlscert %s: %s%s: see tlscert %s --help\n", command->name,
	    what, which, command->name);
	return ARGUMENTS_WRONG;
}

static enum arguments_result
count_operands(const struct command *command, const struct arguments *arguments)
{
	if (arguments->operand_count < command->operands_min)
		return complain(command, "missing ", command->operands);
	if (arguments->operand_count > command->operands_max)
		return complain(command, "too many arguments, from ",
		    arguments->operands[command->operands_max]);
	return ARGUMENTS_RUN;
}

/* Reads the options. Operands may stand between them, because getopt_long(3) moves them. */
static enum arguments_result
read_options(
    const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	struct option options[ROW_COUNT + 2];
	int value;

	list_options(command, options);
	opterr = 0;
	optind = 0; /* GNU: starts anew after argv[0] */
	while ((value = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (value == HELP || value == 'h')
			return ARGUMENTS_HELP;
		if (value == ':')
			return complain(command, "missing value of ", argv[optind - 1]);
		if (value == '?')
			return complain(command, "unknown option ", argv[optind - 1]);
		if (set_member(command, &rows[value], optarg, arguments) < 0)
			return ARGUMENTS_WRONG;
	}
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
print_row(const char *name, const char *value, const char *help)
{
	wrap_format(stdout, ARGUMENTS_HELP_WIDTH, strlen("  --critical-days VALUE "),
	    "  --%-13s %-5s %s", name, value != NULL ? value : "", help);
}

void
arguments_print_help(const struct command *command)
{
	printf("usage: tlscert %s [option ...] %s\n\n%s.\n%s\noptions:\n",
	    command->name, command->operands, command->summary, command->details);
	for (int i = 0; i < ROW_COUNT; i++)
		if (rows[i].command & command->options)
			print_row(rows[i].name, rows[i].value, rows[i].help);
	print_row("help", NULL, "print this text");
	printf("\nThe manual is tlscert(1).\n");
}
