/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_METRICS_H
#define TLSD_SERVER_REPORT_METRICS_H

/* The server's metrics for Prometheus. Any thread. */

#include <stdio.h>

struct serverinfo;

/* Prints the metrics in the text format, version 0.0.4. Returns 0, or -1 if memory is
 * exhausted. */
int metrics_print(struct serverinfo *serverinfo, FILE *out);

#endif
