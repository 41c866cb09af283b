/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCHREPORT_H
#define TLSD_CLIENT_BENCHREPORT_H

/* What tlsc bench found, for people and for programs. */

#include <stdio.h>

struct options;
struct benchrun_outcome;

/* One line for each fact, the fact's name first. */
void benchreport_print(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome);

/* The same as one object of JSON (RFC 8259), its names and units as in tlsc(1). */
void benchreport_print_json(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome);

#endif
