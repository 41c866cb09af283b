/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_SUBCOMMAND_H
#define TLSD_CLIENT_OPTIONS_SUBCOMMAND_H

/* The common part of the commands of tlsc: from the command line to the first call. */

#include "client/options/options.h"

struct parameters;

/*
 * Reads the command line and the files that it names, and calls `run` with them. Prints the
 * help or the version if asked. Returns the exit status: that of `run`, or `usage_status` after
 * reporting an error.
 */
int subcommand_run(enum options_command command, int argc, char **argv,
    int (*run)(const struct options *options, const struct parameters *parameters),
    int usage_status);

#endif
