/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_BINDFAULT_H
#define TLSD_SERVER_ACCEPT_BINDFAULT_H

/* Explains why an address cannot be bound, and names the remedy. Main thread. */

#include <sys/types.h>

struct findings;
struct route;
struct snapshot;

/* Adds that binding to the route's address failed with `error`. It is only a warning if this
 * machine has no IPv6 and all services there listen on IPv4 as well. */
void bindfault_report(const struct route *route, int error, struct findings *findings);

/* Returns the remedy for `error` at an address of that family, as ": " and a text, or "". */
const char *bindfault_remedy(int family, int error);

/*
 * Tries all addresses of `snapshot` without listening, for a daemon that becomes `user` and
 * `group`, and reports those that fail. An ordinary user only gets warnings about ports, folders
 * and owners of sockets that root may use.
 */
void bindfault_find(const struct snapshot *snapshot, uid_t user, gid_t group,
    struct findings *findings);

#endif
