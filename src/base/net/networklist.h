/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_NETWORKLIST_H
#define TLSD_BASE_NET_NETWORKLIST_H

/* Lists of networks, as configuration keys have them. */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/network.h"

struct address;
struct findings;
struct stringlist;

struct networks {
	struct network *items; /* owned */
	size_t count;
};

/* Adds an error, starting with `key`, for each item of `list` that is not a network. */
void networks_check(
    const char *key, const struct stringlist *list, struct findings *findings);

/* Returns the networks of a list that passed networks_check(). */
struct networks networks_of(const struct stringlist *list);
void networks_fini(struct networks *networks);

/* True if one of them contains `address`. */
bool networks_have(const struct networks *networks, const struct address *address);

#endif
