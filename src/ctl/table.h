/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_TABLE_H
#define TLSD_CTL_TABLE_H

/* The table of connections, made of the server's lines. One thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

struct table *table_new(void);
void table_free(struct table *table);

/* Adds the connection that a line of the server describes. */
void table_add(struct table *table, const char *line);

/* Sorts by a column: numbers in descending order (but ids in ascending order), and words in
 * ascending order. False if the column `name` does not exist. */
bool table_sort(struct table *table, const char *name);

/*
 * Prints a headline and the first `max` rows, each of at most `width` columns. If they do not
 * fit, columns shrink to their contents, and then services and peers lose their middles. A peer
 * keeps its port. `colours` are for the headline.
 */
void table_print(
    const struct table *table, size_t max, size_t width, bool colours, FILE *out);

#endif
