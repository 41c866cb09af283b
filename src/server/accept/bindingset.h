/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_BINDINGSET_H
#define TLSD_SERVER_ACCEPT_BINDINGSET_H

/* The bindings of a snapshot, one for each address. Main thread. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/accept/binding.h"

struct activation;
struct findings;
struct inheritance;
struct snapshot;

struct bindingset {
	struct loop *loop;
	void (*ready)(struct watch *watch, uint32_t events); /* clients have come */
	void *holder; /* of each watch */
	uint32_t events; /* that the loop watches for */
	struct activation *activation; /* of the first snapshot, or NULL */
	struct inheritance *inheritance; /* NULL: no listener is lent */
	uid_t user; /* the daemon's */
	gid_t group;
	struct binding **items;
	size_t count;
};

/*
 * Binds to the addresses of `snapshot`, or takes the sockets there over. Bindings that stay are
 * kept; new ones are opened before old ones are closed. Returns 0, or -1 with nothing changed and
 * an error in `findings` for each address that cannot be bound.
 */
int bindingset_use(
    struct bindingset *set, const struct snapshot *snapshot, struct findings *findings);

/* Watches all listeners for `events` from now on. */
void bindingset_watch(struct bindingset *set, uint32_t events);

/* Closes all bindings. */
void bindingset_close(struct bindingset *set);

#endif
