/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_CONFTEST_H
#define TLSD_START_CONFTEST_H

/* tlsd -t: a test of the configuration. */

#include <stdbool.h>

/* Checks the configuration at `path` and prints what is in effect. As the unprivileged user it
 * also finds the files that a reload could not read. Returns the exit status. */
int conftest_run(const char *path, bool foreground);

#endif
