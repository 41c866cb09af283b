/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_BINDFAULT_H
#define TLSD_SERVER_BINDFAULT_H

/* Why an address cannot be listened at, and what to do about it. Main thread. */

struct findings;
struct route;
struct snapshot;

/*
 * Adds that listening at the route's address failed with `error`: an error, or only a warning if
 * this machine has no IPv6 and all services there listen by IPv4 as well.
 */
void bindfault_report(const struct route *route, int error, struct findings *findings);

/* Returns the remedy for `error` at an address of that family, ": " and a text, or "". */
const char *bindfault_remedy(int family, int error);

/*
 * Tries all addresses of `snapshot` without listening, and reports those that fail. An ordinary
 * user is only warned of ports and folders that root may use.
 */
void bindfault_find(const struct snapshot *snapshot, struct findings *findings);

#endif
