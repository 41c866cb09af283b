/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGECERTIFICATES_H
#define TLSD_SERVER_PAGE_PAGECERTIFICATES_H

/* The certificates on the page for browsers. Any thread. */

#include <stdio.h>

struct snapshot;

/* Prints a table of the certificates with their services, the hundred at most that end first. Returns 0, or
 * -1 if memory is exhausted. */
int pagecertificates_print(const struct snapshot *snapshot, FILE *out);

/* Prints an item of a list for each certificate that has ended or will end within warn-days, ten
 * at most. Returns how many certificates those are, or -1 if memory is exhausted. */
int pagecertificates_warn(const struct snapshot *snapshot, FILE *out);

#endif
