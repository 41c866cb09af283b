/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_NUMBERS_H
#define TLSD_SERVER_NUMBERS_H

/* The server's figures as lines and as JSON, with percentiles in place of buckets. Any
 * thread. */

#include <stdio.h>

struct overview;

/* Lines "SUBJECT: NAME=VALUE ...", of the server and of each service, which tlsdctl(8)
 * documents. */
void numbers_print(struct overview *overview, FILE *out);

/* The same as one line of JSON. */
void numbers_print_json(struct overview *overview, FILE *out);

#endif
