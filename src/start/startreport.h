/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_STARTREPORT_H
#define TLSD_START_STARTREPORT_H

/* Tells the user who starts tlsd what was found. */

#include <stdbool.h>

struct conf_process;
struct findings;

/* Prints all findings to standard error. */
void startreport_print(const struct findings *findings);

/* Prints one error to standard error, after "tlsd: ". */
void startreport_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports the warnings of a start to the log, which is open, and also to standard error unless
 * the log goes there. */
void startreport_log(
    const struct findings *findings, const struct conf_process *conf, bool daemon);

#endif
