/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGETEXT_H
#define TLSD_SERVER_PAGE_PAGETEXT_H

/* Numbers and times on the page for browsers, for people. Any thread. */

#include <stdint.h>
#include <stdio.h>

/* Prints a number with a comma after each group of three digits. */
void pagetext_number(FILE *out, uint64_t number);

/* Prints a number as a cell of a table, with the name of its column for small screens. */
void pagetext_cell(FILE *out, const char *label, uint64_t number);

/* Prints a cell with text that is not HTML. */
void pagetext_text_cell(FILE *out, const char *label, const char *text);

/* Prints the moment `when`, in seconds since 1970, in UTC. */
void pagetext_moment(FILE *out, int64_t when);

/* Prints a duration in its two largest units: "3 d 4 h". Negative ones count as 0. */
void pagetext_duration(FILE *out, int64_t seconds);

#endif
