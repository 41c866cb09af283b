/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_NAMETABLE_H
#define TLSD_SERVER_NAMETABLE_H

/* The services of a listener by the hosts that they serve, in order and searched by halving.
 * Built by one thread, then read by any. */

#include <stddef.h>

struct service;

/* A service under one of its names; under NULL as the default. */
struct entry {
	char *name; /* in lower case */
	const struct service *service;
	size_t order; /* the place of the service among those of the listener */
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

/* Fills a table with the names of `services`, which outlive it; nametable_fini() ends it. */
void nametable_init(
    struct nametable *table, const struct service *const *services, size_t count);
void nametable_fini(struct nametable *table);

/* The entries of the same name as the one at `index`, which is their first. */
struct group nametable_group(const struct nametable *table, size_t index);

/* The entries of that very name, which is in lower case; none if there are none. */
struct group nametable_find(const struct nametable *table, const char *name);

#endif
