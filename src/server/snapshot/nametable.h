/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_NAMETABLE_H
#define TLSD_SERVER_SNAPSHOT_NAMETABLE_H

/* The services of a listener by the names of their hosts, sorted for a binary search. Built by
 * one thread, then read by any. */

#include <stddef.h>

struct service;

/* A service under one of its names, or under NULL as the default. */
struct entry {
	char *name; /* in lower case */
	const struct service *service;
	size_t order; /* the place of the service among those of its listener */
};

/* Entries of one name, in the order of the file. */
struct group {
	const struct entry *entries;
	size_t count;
};

struct nametable {
	struct entry *entries; /* sorted by name, then by order */
	size_t count;
};

/* Fills a table with the names of `services`, which outlive it; nametable_fini() frees it. */
void nametable_init(
    struct nametable *table, const struct service *const *services, size_t count);
void nametable_fini(struct nametable *table);

/* Returns the entries with the same name as the one at `index`, which is the first of them. */
struct group nametable_group(const struct nametable *table, size_t index);

/* Returns the entries for `name` itself, which is in lower case; an empty group if there are
 * none. */
struct group nametable_find(const struct nametable *table, const char *name);

#endif
