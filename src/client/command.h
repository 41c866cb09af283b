/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_COMMAND_H
#define TLSD_CLIENT_COMMAND_H

/* What the commands of tlsc have in common: from the command line to the first call. */

#include "client/options.h"

struct parameters;

/*
 * Reads the command line and the files that it names, and runs `run` with them; or prints
 * the help or the version that was asked for. Returns the exit status: that of `run`, or
 * `usage_status` after saying what is wrong.
 */
int command_run(enum options_command command, int argc, char **argv,
    int (*run)(const struct options *options, const struct parameters *parameters),
    int usage_status);

#endif
