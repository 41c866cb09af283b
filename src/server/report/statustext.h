/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_STATUSTEXT_H
#define TLSD_SERVER_REPORT_STATUSTEXT_H

/* Reports the state of the server in lines for people: "SUBJECT: ...". Main thread. */

#include <stdio.h>

struct acceptor;
struct serverinfo;
struct connectiontable;

/* Prints versions, process, times, services, workers, queue and counts. */
void statustext_print(
    struct serverinfo *serverinfo, const struct acceptor *acceptor, FILE *out);

/* Prints a line for each of the `max` oldest connections: "connection: id=17 peer=...". */
void statustext_print_connections(
    const struct connectiontable *table, size_t max, FILE *out);

#endif
