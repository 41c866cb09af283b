/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_STATUS_H
#define TLSD_SERVER_STATUS_H

/* What the server is and does, in lines for people: "SUBJECT: ...". Main thread. */

#include <stdio.h>

struct acceptor;
struct overview;
struct roster;

/* Versions, process, times, services, workers, queue, counts. */
void status_print(
    struct overview *overview, const struct acceptor *acceptor, FILE *out);

/* A line for each of the `max` oldest connections: "connection: id=17 peer=...". */
void status_print_connections(const struct roster *roster, size_t max, FILE *out);

#endif
