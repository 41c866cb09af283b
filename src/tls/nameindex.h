/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_NAMEINDEX_H
#define TLSD_TLS_NAMEINDEX_H

/*
 * Numbers by host names, which case does not tell apart (RFC 4343), so that one among thousands
 * is found at once. Immutable once sorted: any thread may look something up then.
 */

#include <stddef.h>

struct nameindex;

struct nameindex_entry {
	const char *name;
	size_t number;
};

struct nameindex *nameindex_new(void);
void nameindex_free(struct nameindex *index);

/* Adds `number` for the host or wildcard `name`, which has to outlive the index. A name can have
 * several numbers. */
void nameindex_add(struct nameindex *index, const char *name, size_t number);

/* Makes the index ready to be asked. Nothing is added afterwards. */
void nameindex_sort(struct nameindex *index);

/* Returns how many entries `name` has, and the first of them in `*entries`; the others follow, by
 * ascending numbers. */
size_t nameindex_find(const struct nameindex *index, const char *name,
    const struct nameindex_entry **entries);

#endif
