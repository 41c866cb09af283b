/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_OVERLAP_H
#define TLSD_SERVER_SNAPSHOT_OVERLAP_H

/* Finds services of one listener that conflict with each other. */

struct findings;
struct route;

/*
 * Adds an error, at the place of its key, for each conflict between services of a finished `route`:
 * - two services that no hello could tell apart, by their names or as defaults;
 * - a service that no client would ever get;
 * - two services with different PROXY headers, or a different owner, group or mode of their
 *   Unix-domain socket.
 */
void overlap_check(const struct route *route, struct findings *findings);

#endif
