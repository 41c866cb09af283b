/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_BINDING_H
#define TLSD_SERVER_ACCEPT_BINDING_H

/* A listener in the loop, with the services that listen there. Main thread. */

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/text/stringlist.h"
#include "server/accept/listener.h"
#include "server/event/loop.h"
#include "server/process/socketfile.h"

struct findings;
struct route;

struct binding {
	struct watch watch; /* the first member: it leads to the binding */
	struct listener *listener;
	const struct route *route; /* of the snapshot */
	struct socketfile file; /* as it was set last; path NULL: not set yet */
	struct stringlist announced; /* services in the log */
};

/* Closes the listener, which `loop` watches, and frees the binding. */
void binding_close(struct binding *binding, struct loop *loop);

/*
 * Changes the file of a Unix-domain socket if `route` needs other properties than it has, unless
 * the file belongs to the service manager. It gets `user` and `group` unless the service names
 * others.
 */
void binding_own_file(struct binding *binding, const struct route *route, uid_t user,
    gid_t group, struct findings *findings);

/* True if a client waits. accept(2) cannot tell, because it needs a descriptor first. */
bool binding_has_client(const struct binding *binding);

/* Logs a line for each service that has not been logged yet. */
void binding_announce(struct binding *binding);

/* Prints a line "service: NAME: ADDRESS" for each service. */
void binding_print(const struct binding *binding, FILE *out);

#endif
