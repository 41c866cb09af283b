/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_H
#define TLSD_CLIENT_OPTIONS_H

/*
 * The command line of tlsc and of its commands: from words to values. Each has options of
 * its own among those that they share.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/stringlist.h"
#include "client/benchrun.h"
#include "client/target.h"

struct findings;

enum options_command { OPTIONS_TALK, OPTIONS_BENCH, OPTIONS_CHECK, OPTIONS_EXPLAIN };

struct options {
	struct target target;
	const char *servername; /* NULL: target.name */
	struct stringlist ca_files; /* empty: the system's trust store */
	const char *cert_file, *key_file, *pin_file; /* NULL without; key_file may be */
	struct stringlist alpn;
	const char *priority; /* NULL: the default */
	char *version_priority; /* memory for `priority`, or NULL */
	char *message; /* NULL: standard input */
	size_t message_size;
	int64_t timeout_ms; /* 0: none */
	const char *timeout_text; /* as it was written */
	int64_t end_after_ms; /* of silence; 0: at once */
	int64_t warn_days; /* before a certificate expires */
	const char *svg_file; /* NULL without */
	struct benchrun_limits limits; /* of a load */
	int verbosity;
	bool insecure;
	bool resume, ascii, json, quiet;
	bool help, version; /* print it and do nothing else */
};

/*
 * Reads the command line; the strings in `options` point into `argv`. 0, or -1 with each
 * thing wrong an error in `findings`. options_fini() frees it in both cases.
 */
int options_parse(struct options *options, enum options_command command, int argc,
    char **argv, struct findings *findings);
void options_fini(struct options *options);

/* Returns the index of the first word that is neither an option of any command nor the value of
 * one; `argc` if there is none. */
int options_find_operand(int argc, char **argv);

/* Writes the usage of the command, one line for each option. */
void options_print_help(enum options_command command, FILE *out);

/* "tlsc check": what stands before the options. */
const char *options_name(enum options_command command);

#endif
