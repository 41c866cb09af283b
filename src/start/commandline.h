/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_COMMANDLINE_H
#define TLSD_START_COMMANDLINE_H

/* tlsd's command line and exit statuses. */

#include <stdbool.h>
#include <stdio.h>

enum { EXIT_STOPPED = 0, EXIT_CANNOT_RUN = 1, EXIT_BAD_CONF = 2 };

struct commandline {
	const char *conf; /* the path of the configuration */
	bool foreground, test, upgrade, version, help;
};

/* Parses `argv` into `line`, which points into it. Returns 0, or -1 after a message on standard
 * error. */
int commandline_parse(int argc, char **argv, struct commandline *line);

void commandline_print_usage(FILE *out);

#endif
