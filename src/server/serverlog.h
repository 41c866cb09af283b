/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVERLOG_H
#define TLSD_SERVER_SERVERLOG_H

/* The log that a configuration names. Main thread. */

#include <stdbool.h>

struct conf_process;
struct findings;

/* Adds an error if `conf` has the log in a descriptor, such as /dev/stdout, and the process is a
 * daemon, which closes these. */
void serverlog_check(
    const struct conf_process *conf, bool daemon, struct findings *findings);

/* Opens the log that `conf` names; a daemon without a log file logs to syslog(3). Returns 0, or
 * -1 with errno and nothing changed. */
int serverlog_open(const struct conf_process *conf, bool daemon);

#endif
