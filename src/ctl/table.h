/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_TABLE_H
#define TLSD_CTL_TABLE_H

/* The table of connections that the server's lines make. One thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

struct table *table_new(void);
void table_free(struct table *table);

/* Adds the connection that a line of the server tells of. */
void table_add(struct table *table, const char *line);

/* Sorts by a column, numbers from the largest down (but ids from the smallest up) and words
 * from A up. False if there is no column `name`. */
bool table_sort(struct table *table, const char *name);

/*
 * Prints the first `max` rows under a headline, each of at most `width` columns. If they do not
 * fit, columns take no more room than their contents, and then services and peers lose their
 * middles; the port of a peer stays. `colours` are for the headline.
 */
void table_print(
    const struct table *table, size_t max, size_t width, bool colours, FILE *out);

#endif
