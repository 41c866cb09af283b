/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGEPHASES_H
#define TLSD_SERVER_PAGE_PAGEPHASES_H

/* The phases of connections on the page for browsers. Any thread. */

#include <stdio.h>

struct stats;
struct stats_sums;

/* Prints how many connections are in each phase, from the sums of all services. */
void pagephases_print(const struct stats_sums *sums, FILE *out);

/* Prints the phases of single services that take longest. */
void pagephases_print_slowest(const struct stats *stats, FILE *out);

#endif
