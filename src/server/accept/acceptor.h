/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_ACCEPTOR_H
#define TLSD_SERVER_ACCEPT_ACCEPTOR_H

/* Holds the listening sockets of the current snapshot and accepts from them in batches. Main
 * thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/deadline.h"
#include "server/accept/listener.h"

struct acceptor;
struct activation;
struct connection;
struct connection_shared;
struct findings;
struct loop;
struct relief;
struct snapshot;
struct stringlist;
struct inheritance;

/* Makes an acceptor without listeners. Its connections are added to `relief->admission`; the
 * stages of `relief` give up others if descriptors or memory run out. All outlive it. */
struct acceptor *acceptor_new(struct loop *loop, const struct connection_shared *shared,
    const struct relief *relief);

/* Closes all listeners. */
void acceptor_free(struct acceptor *acceptor);

/*
 * Listens where `snapshot` says. Listeners that stay are kept open with their backlogs; new ones
 * are opened before old ones are closed. Takes a reference. Returns 0, or -1 with nothing changed
 * and an error in `findings` for each address that cannot be bound. An address that
 * bindfault_report() only warns of is left out.
 */
int acceptor_use(
    struct acceptor *acceptor, struct snapshot *snapshot, struct findings *findings);

/* Sets the user and the group that own its Unix-domain sockets, unless a service names others. */
void acceptor_set_owner(struct acceptor *acceptor, uid_t user, gid_t group);

/* Makes the acceptor take the sockets that it has to open from `activation` or `inheritance`, if
 * they are there. Those of `inheritance` are lent until acceptor_own(). Both may be NULL. */
void acceptor_inherit(struct acceptor *acceptor, struct activation *activation,
    struct inheritance *inheritance);

/* Makes the lent sockets its own and forgets `inheritance`. */
void acceptor_own(struct acceptor *acceptor);

/* Closes all listeners. Those whose names (listener.h) are in `kept` are closed as they are, with
 * their backlogs; the others as acceptor_close() does it. */
void acceptor_leave(struct acceptor *acceptor, const struct stringlist *kept);

/* Return the number of listeners, and one of them. */
size_t acceptor_count(const struct acceptor *acceptor);
const struct listener *acceptor_listener(const struct acceptor *acceptor, size_t index);

/* Stops accepting until acceptor_resume(); the kernel's backlogs hold new clients meanwhile. */
void acceptor_pause(struct acceptor *acceptor);
void acceptor_resume(struct acceptor *acceptor);

/* Closes another connection because descriptors have run out. Returns true if there was one. */
bool acceptor_relieve(struct acceptor *acceptor);

/* Closes connections while the spare descriptors, which are for workers and reloads, are in
 * use. */
void acceptor_keep_spare(struct acceptor *acceptor);

/* Closes connections until there are as many descriptors as a reload may need at once. */
void acceptor_make_room(struct acceptor *acceptor);

/* Accepts the clients that are in the backlogs already, then closes all listeners. */
void acceptor_close(struct acceptor *acceptor);

/* Ends a pause for lack of descriptors or memory when its time is up. Returns when that will
 * be. */
struct deadline acceptor_expire(struct acceptor *acceptor);

/* Logs where it listens: a line for each listener and service that has not been logged yet. */
void acceptor_announce(struct acceptor *acceptor);

/* Prints a line "service: NAME: ADDRESS" for each listener and service. */
void acceptor_print(const struct acceptor *acceptor, FILE *out);

#endif
