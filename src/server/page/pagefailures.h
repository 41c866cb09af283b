/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGEFAILURES_H
#define TLSD_SERVER_PAGE_PAGEFAILURES_H

/* The failures on the page for browsers. Any thread. */

#include <stdio.h>

struct stats_sums;

/* Prints how many connections failed in each class, with links to the remedies. */
void pagefailures_print(const struct stats_sums *sums, FILE *out);

/* Prints the causes and remedies of these classes. */
void pagefailures_print_remedies(const struct stats_sums *sums, FILE *out);

#endif
