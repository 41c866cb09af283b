/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_BENCHREPORT_H
#define TLSD_CLIENT_BENCH_BENCHREPORT_H

/* The report of tlsc bench, as text and as JSON. */

#include <stdio.h>

struct options;
struct benchrun_outcome;

/* Prints one line for each fact, beginning with the fact's name. */
void benchreport_print(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome);

/* Prints the facts as one JSON object (RFC 8259), with the names and units of tlsc(1). */
void benchreport_print_json(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome);

#endif
