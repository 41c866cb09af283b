/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGECERTIFICATES_H
#define TLSD_SERVER_PAGE_PAGECERTIFICATES_H

/* The certificates on the page for browsers. Any thread. */

#include <stddef.h>
#include <stdio.h>

struct snapshot;
struct use;

/* The certificates of a snapshot, the one that ends first at the front, each with all its services
 * in a row. */
struct pagecertificates {
	struct use *items;
	size_t count;
};

/* Collects them. Returns 0, or -1 if memory is exhausted. The caller frees `items` with free(3),
 * before it drops the snapshot. */
int pagecertificates_collect(
    const struct snapshot *snapshot, struct pagecertificates *uses);

/* Prints a table of the certificates with their services, the hundred at most that end first. */
void pagecertificates_print(const struct pagecertificates *uses, FILE *out);

/* Prints an item of a list for each certificate that has ended or will end within warn-days, ten
 * at most. Returns how many certificates those are. */
int pagecertificates_warn(const struct pagecertificates *uses, FILE *out);

#endif
