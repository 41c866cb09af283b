/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_CONFDUMP_H
#define TLSD_SERVER_REPORT_CONFDUMP_H

/* A snapshot in words, for people. */

#include <stdio.h>

struct snapshot;

/* Prints each service with its addresses, certificates and policy, and each skipped service. */
void confdump_print(const struct snapshot *snapshot, FILE *out);

/* Prints "skipped: NAME: REASON" for each service that on-bad-cert has left out. */
void confdump_print_skipped(const struct snapshot *snapshot, FILE *out);

#endif
