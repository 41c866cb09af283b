/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGEATTENTION_H
#define TLSD_SERVER_PAGE_PAGEATTENTION_H

/* The problems on the page for browsers. Any thread. */

#include <stdio.h>

struct pagecertificates;
struct serverinfo;
struct snapshot;
struct stats_sums;

/* Prints an item of a list for each problem: a failed reload, lost lines of the log, a queue that
 * no worker takes from, services that are left out, certificates that end. Returns how many
 * problems there are. */
int pageattention_print(const struct serverinfo *serverinfo,
    const struct snapshot *snapshot, const struct pagecertificates *certificates,
    const struct stats_sums *sums, FILE *out);

#endif
