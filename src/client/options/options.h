/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_OPTIONS_H
#define TLSD_CLIENT_OPTIONS_OPTIONS_H

/*
 * The command line of tlsc and its commands. Some options are common, others belong to one
 * command.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/text/stringlist.h"
#include "client/options/target.h"

struct findings;

enum options_command { OPTIONS_TALK, OPTIONS_BENCH, OPTIONS_CHECK, OPTIONS_EXPLAIN };

/* A load, of tlsc bench. */
struct options_load {
	int64_t connections; /* in all; 0: no limit */
	int64_t duration_ms; /* how long new ones are started; 0: no limit */
	int concurrency; /* threads, and so simultaneous connections; at least 1 */
	pid_t server; /* the process whose processor time is measured; 0: none */
};

struct options {
	struct target target;
	const char *servername; /* NULL: use target.name */
	struct stringlist ca_files; /* empty: the system's trust store */
	const char *cert_file, *key_file, *pin_file; /* NULL if not given */
	const char *psk_identity, *psk_file; /* NULL if not given */
	struct stringlist alpn;
	const char *priority; /* NULL: the default */
	char *version_priority; /* memory for `priority`, or NULL */
	char *message; /* NULL: standard input */
	size_t message_size;
	int64_t timeout_ms; /* 0: no limit */
	const char *timeout_text; /* as the user wrote it */
	int64_t end_after_ms; /* of silence; 0: at once */
	int64_t warn_days; /* before a certificate expires */
	const char *svg_file; /* NULL if not given */
	struct options_load load;
	int verbosity;
	bool insecure;
	bool resume, ascii, json, quiet;
	bool help, version; /* print it and do nothing else */
};

/*
 * Reads the command line; `options` points into `argv`. Returns 0, or -1 with an error in
 * `findings` for each mistake. options_fini() frees `options` in both cases.
 */
int options_parse(struct options *options, enum options_command command, int argc,
    char **argv, struct findings *findings);
void options_fini(struct options *options);

/* Returns the index of the first word that is neither an option of any command nor its value,
 * or `argc` if there is none. */
int options_find_operand(int argc, char **argv);

/* Writes the usage of the command, one line for each option. */
void options_print_help(enum options_command command, FILE *out);

/* Returns the words before the options, such as "tlsc check". */
const char *options_name(enum options_command command);

#endif
