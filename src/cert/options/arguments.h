/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_OPTIONS_ARGUMENTS_H
#define TLSD_CERT_OPTIONS_ARGUMENTS_H

/*
 * The command line of tlscert: the options of each command and their values. Their help comes
 * from the same table. One thread.
 */

#include <stdbool.h>

#define ARGUMENTS_HELP_WIDTH 80

struct arguments {
	const char *key_type;
	int days;
	int path_length; /* -1: no limit */
	bool force;
	const char *out_dir, *cert, *key; /* cert and key: NULL if not given */
	const char *ca_cert, *ca_key, *ca_pin_file;
	const char *ca, *name, *pin_file;
	int warn_days, critical_days;
	bool new_key;
	int if_within; /* -1: regardless of its end */
	const char *crl, *reason;
	int crl_days;
	bool json;
	int keep, delay; /* delay: in minutes */
	bool help;
	char *const *operands;
	int operand_count;
};

/* The options that a command takes, as bits. */
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
	const char *summary; /* one line, without a full stop */
	const char *details; /* lines for its help, or "" */
	unsigned options;
	int operands_min, operands_max;
	int days; /* the default of --days; 0 for none */
	int usage_status; /* the exit status for a wrong command line */
	int (*run)(const struct arguments *arguments); /* returns the exit status */
};

enum arguments_result { ARGUMENTS_RUN, ARGUMENTS_HELP, ARGUMENTS_WRONG };

/*
 * Reads the command line of `command`; argv[0] is the command's name. Returns ARGUMENTS_WRONG
 * after writing the error to standard error. `arguments` points into `argv`.
 */
enum arguments_result arguments_read(
    const struct command *command, int argc, char **argv, struct arguments *arguments);

/* Writes the help of one command to standard output. */
void arguments_print_help(const struct command *command);

#endif
