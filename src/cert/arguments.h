/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ARGUMENTS_H
#define TLSD_CERT_ARGUMENTS_H

/*
 * The command line of tlscert: which options a command takes, their values, and the help
 * that is made from the same table. One thread.
 */

#include <stdbool.h>

#define ARGUMENTS_HELP_WIDTH 80

struct arguments {
	const char *key_type;
	int days;
	int path_length; /* -1: without a limit */
	bool force;
	const char *out_dir, *cert, *key; /* cert and key: NULL where not given */
	const char *ca_cert, *ca_key, *ca_pin_file;
	const char *ca, *name, *pin_file;
	int warn_days, critical_days;
	bool new_key;
	int if_within; /* -1: whenever it ends */
	const char *crl, *reason;
	int crl_days;
	bool json;
	int keep, delay; /* delay: minutes */
	char *const *operands;
	int operand_count;
};

/* Which options a command takes; bits. */
enum {
	ARGUMENT_MAKE = 1, /* --key-type --days --out-dir --cert --force */
	ARGUMENT_KEY = 2, /* --key */
	ARGUMENT_SIGN = 4, /* --ca-cert --ca-key --ca-pin-file */
	ARGUMENT_PATH_LENGTH = 8, /* --path-length */
	ARGUMENT_CHECK = 16, /* --ca --name --pin-file --warn-days --critical-days */
	ARGUMENT_RENEW = 32, /* --days --new-key --if-within --pin-file --force */
	ARGUMENT_CRL = 64, /* --crl --crl-days --out-dir */
	ARGUMENT_REVOKE = 128, /* --reason */
	ARGUMENT_SHOW = 256, /* --json --warn-days */
	ARGUMENT_TICKETS = 512 /* --keep --delay */
};

struct command {
	const char *name;
	const char *operands; /* "NAME..." */
	const char *summary; /* one line, no full stop */
	const char *details; /* lines for its help, or "" */
	unsigned options;
	int operands_min, operands_max;
	int days; /* the default of --days; 0 for none */
	int usage_status; /* what a wrong command line exits with */
	int (*run)(const struct arguments *arguments); /* returns the exit status */
};

enum arguments_result { ARGUMENTS_RUN, ARGUMENTS_HELP, ARGUMENTS_WRONG };

/*
 * Reads the command line of `command`, argv[0] being the command's name. For
 * ARGUMENTS_WRONG what is wrong has been written to standard error. What `arguments` point
 * to is argv's.
 */
enum arguments_result arguments_read(
    const struct command *command, int argc, char **argv, struct arguments *arguments);

/* Writes the help of one command to standard output. */
void arguments_print_help(const struct command *command);

#endif
