/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGEGRAPH_H
#define TLSD_SERVER_PAGE_PAGEGRAPH_H

/* The graphs on the page for browsers. Any thread. */

#include <stdio.h>

struct history;
struct stats_sums;

/* Prints the rates of the last minutes as graphs, with the totals in `sums`. Returns 0, or -1 if
 * memory is exhausted. */
int pagegraph_print(
    const struct history *history, const struct stats_sums *sums, FILE *out);

#endif
