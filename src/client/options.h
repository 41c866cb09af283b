/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_H
#define TLSD_CLIENT_OPTIONS_H

/* The command line of tlsc when it calls a server: from words to values. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/stringlist.h"
#include "client/target.h"

struct findings;

struct options {
	struct target target;
	const char *servername; /* NULL: target.name */
	struct stringlist ca_files; /* empty: the system's trust store */
	const char *cert_file, *key_file, *pin_file; /* NULL without; key_file may be */
	struct stringlist alpn;
	const char *priority; /* NULL: the default */
	char *message; /* NULL: standard input */
	size_t message_size;
	int64_t timeout_ms; /* 0: none */
	const char *timeout_text; /* as it was written */
	int64_t end_after_ms; /* of silence; 0: at once */
	int verbosity;
	bool insecure;
	bool help, version; /* print it and do nothing else */
};

/*
 * Reads the command line; the strings in `options` point into `argv`. 0, or -1 with each
 * thing wrong an error in `findings`. options_fini() frees it in both cases.
 */
int options_parse(
    struct options *options, int argc, char **argv, struct findings *findings);
void options_fini(struct options *options);

/* Writes the usage, one line for each option. */
void options_print_help(FILE *out);

#endif
