/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPTOR_H
#define TLSD_SERVER_ACCEPTOR_H

/*
 * The listening sockets of the current snapshot, and accepting from them in batches. Main
 * thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/deadline.h"
#include "server/listener.h"

struct acceptor;
struct activation;
struct connection;
struct findings;
struct loop;
struct roster;
struct snapshot;
struct stringlist;
struct takeover;

/*
 * What it works with. `take` gets each new connection; `relieve` is called when descriptors
 * or memory have run out, with the name of what that is, and says whether it could free some.
 */
struct acceptor_ports {
	struct loop *loop;
	struct roster *roster;
	void (*take)(void *context, struct connection *connection);
	bool (*relieve)(void *context, const char *limit);
	void *context;
};

struct acceptor *acceptor_new(const struct acceptor_ports *ports);

/* Closes all listeners. */
void acceptor_free(struct acceptor *acceptor);

/*
 * Listens where `snapshot` says, for its services: listeners that stay are kept open, with
 * all that waits in their backlogs; new ones are opened before old ones are closed. Takes a
 * reference. Returns 0, or -1 with an error in `findings` for each address that cannot be
 * had, and then nothing has changed. An address that bindfault_report() only warns of is left
 * out.
 */
int acceptor_use(
    struct acceptor *acceptor, struct snapshot *snapshot, struct findings *findings);

/* Gives its Unix-domain sockets to this user and group, unless a service names others. */
void acceptor_set_owner(struct acceptor *acceptor, uid_t user, gid_t group);

/* From now on it takes what it has to open from `activation` or from `takeover`, if it is there;
 * from the latter lent, until acceptor_own(). Both may be NULL. */
void acceptor_inherit(struct acceptor *acceptor, struct activation *activation,
    struct takeover *takeover);

/* What was lent is its own, and `takeover` forgotten. */
void acceptor_own(struct acceptor *acceptor);

/* Closes all listeners: those that `kept` has by name (listener.h) as they are, with what is in
 * their backlogs, and the others as acceptor_close() does. */
void acceptor_leave(struct acceptor *acceptor, const struct stringlist *kept);

/* How many listeners it has, and which. */
size_t acceptor_count(const struct acceptor *acceptor);
const struct listener *acceptor_listener(const struct acceptor *acceptor, size_t index);

/* Stops accepting for a while: the kernel's backlogs hold what comes. */
void acceptor_pause(struct acceptor *acceptor);
void acceptor_resume(struct acceptor *acceptor);

/* Descriptors have run out: somebody must go. Whether anybody could. */
bool acceptor_relieve(struct acceptor *acceptor);

/* Some descriptors are left for what workers do meanwhile, and for reloads: somebody must go if
 * who waits now has taken of them. */
void acceptor_keep_spare(struct acceptor *acceptor);

/* The same before a reload, which needs several at once. */
void acceptor_make_room(struct acceptor *acceptor);

/* Accepts what is in the backlogs already, then closes all listeners. */
void acceptor_close(struct acceptor *acceptor);

/* Ends a pause for want of descriptors when its time is up; returns when that will be. */
struct deadline acceptor_expire(struct acceptor *acceptor);

/* Logs where it listens, a line for each listener and service that has not been logged. */
void acceptor_announce(struct acceptor *acceptor);

/* Prints the same as "service: NAME: ADDRESS" lines. */
void acceptor_print(const struct acceptor *acceptor, FILE *out);

#endif
