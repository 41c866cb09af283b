/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_STATSJSON_H
#define TLSD_SERVER_REPORT_STATSJSON_H

/* The server's statistics as lines and as JSON, with percentiles instead of buckets. Any
 * thread. */

#include <stdio.h>

struct serverinfo;

/* Prints lines "SUBJECT: NAME=VALUE ..." for the server and each service; tlsdctl(8) documents
 * them. */
void statsjson_print(struct serverinfo *serverinfo, FILE *out);

/* Prints the statistics as one line of JSON. */
void statsjson_print_json(struct serverinfo *serverinfo, FILE *out);

#endif
