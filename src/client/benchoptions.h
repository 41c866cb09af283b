/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCHOPTIONS_H
#define TLSD_CLIENT_BENCHOPTIONS_H

/* The command line of tlsc bench: from words to values. */

#include <stdbool.h>
#include <stdio.h>

#include "client/benchrun.h"
#include "client/options.h"

struct findings;

struct benchoptions {
	struct options call; /* whom to call, and how */
	struct benchrun_limits limits;
	char *priority; /* memory for call.priority, or NULL */
	bool resume;
	bool json;
	bool help; /* print it and do nothing else */
};

/*
 * Reads the command line, whose first word is the command's; the strings in `options` point
 * into `argv`. 0, or -1 with each thing wrong an error in `findings`. benchoptions_fini()
 * frees it in both cases.
 */
int benchoptions_parse(
    struct benchoptions *options, int argc, char **argv, struct findings *findings);
void benchoptions_fini(struct benchoptions *options);

/* Writes the usage, one line for each option. */
void benchoptions_print_help(FILE *out);

#endif
