/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NETWORKS_H
#define TLSD_BASE_NETWORKS_H

/* Lists of networks, as keys take them. */

#include <stdbool.h>
#include <stddef.h>

#include "base/network.h"

struct address;
struct findings;
struct stringlist;

struct networks {
	struct network *items; /* owned */
	size_t count;
};

/* Adds an error, starting with `key`, for each of `list` that is no network. */
void networks_check(
    const char *key, const struct stringlist *list, struct findings *findings);

/* The networks of a list that networks_check() had nothing against. */
struct networks networks_of(const struct stringlist *list);
void networks_fini(struct networks *networks);

/* Whether one of them has `address`. */
bool networks_have(const struct networks *networks, const struct address *address);

#endif
