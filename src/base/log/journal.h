/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_JOURNAL_H
#define TLSD_BASE_LOG_JOURNAL_H

/*
 * The journal of systemd as a program's output: it takes the level of a line from a prefix, "<3>"
 * for an error: sd-daemon(3). Any thread.
 */

#include <stdbool.h>

#include "base/log/loglevel.h"

/* True if `fd` is the stream of the journal that JOURNAL_STREAM in the environment names:
 * systemd.exec(5). An `fd` that is not open is not one. */
bool journal_is(int fd);

/* Returns the level's number for journald and syslogd, from 3 for an error to 7 for debug. */
int journal_number(enum log_level level);

/* Returns the prefix of a line of `level` on standard error: "" unless the journal reads it. */
const char *journal_prefix(enum log_level level);

#endif
