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

struct networklist {
	struct network *items; /* owned */
	size_t count;
};

/* Adds an error, starting with `key`, for each item of `list` that is not a network. */
void networklist_check(
    const char *key, const struct stringlist *list, struct findings *findings);

/* Returns the networks of a list that passed networklist_check(). */
struct networklist networklist_of(const struct stringlist *list);
void networklist_fini(struct networklist *networks);

/* True if one of them contains `address`. */
bool networklist_have(
    const struct networklist *networks, const struct address *address);

#endif
