/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_NAMEINDEX_H
#define TLSD_TLS_KEYS_NAMEINDEX_H

/*
 * An index of numbers by host name, ignoring case (RFC 4343), that finds one name among
 * thousands at once. Immutable once sorted: from then on any thread may look up names.
 */

#include <stddef.h>

struct nameindex;

struct nameindex_entry {
	const char *name;
	size_t number;
};

struct nameindex *nameindex_new(void);
void nameindex_free(struct nameindex *index);

/* Adds `number` for the host or wildcard `name`, which must outlive the index. A name can have
 * several numbers. */
void nameindex_add(struct nameindex *index, const char *name, size_t number);

/* Sorts the index for look-ups, and drops entries that were added twice. Nothing is added
 * afterwards. */
void nameindex_sort(struct nameindex *index);

/* Returns the number of entries with `name`, and the first of them in `*entries` unless there are
 * none; the others follow, by ascending numbers. */
size_t nameindex_find(const struct nameindex *index, const char *name,
    const struct nameindex_entry **entries);

/* Returns the number of entries with the name of entry number `first`, the first one of that
 * name, as nameindex_find() does; 0 after the last one. */
size_t nameindex_group(const struct nameindex *index, size_t first,
    const struct nameindex_entry **entries);

#endif
