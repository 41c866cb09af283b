/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_GROUPSET_H
#define TLSD_TLS_POLICY_GROUPSET_H

/*
 * The groups of a policy, and the priority of a session for each of them. GnuTLS (3.8.13 and
 * before) never chooses a hybrid group for a client that also offers an elliptic curve, whatever
 * the order, unless both have a group of finite-field Diffie-Hellman too. So the session of a
 * client that is to have a hybrid group gets a priority with this group only.
 */

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

struct hybrids;

enum { GROUPSET_MAX = 16 };

/* A set without hybrid groups is empty: the library then chooses the group. */
struct groupset {
	struct groupset_item {
		unsigned code; /* in messages (RFC 8446, 4.2.7) */
		gnutls_priority_t only; /* of a hybrid group; else NULL */
	} items[GROUPSET_MAX]; /* the preferred one first */
	size_t count;
	gnutls_priority_t others; /* has no hybrid group; NULL if there are no others */
};

/*
 * Fills in the groups of `priority`, parsed from `text`, with `hybrids` among them. Returns 0, or
 * -1 when memory is exhausted. groupset_fini() frees what the set owns, in both cases. Immutable
 * after that, so any thread may read it.
 */
int groupset_init(struct groupset *set, gnutls_priority_t priority, const char *text,
    const struct hybrids *hybrids);
void groupset_fini(struct groupset *set);

#endif
