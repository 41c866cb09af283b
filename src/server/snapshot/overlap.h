/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_OVERLAP_H
#define TLSD_SERVER_SNAPSHOT_OVERLAP_H

/* Finds services of one listener that conflict with each other. */

struct findings;
struct route;

/*
 * Adds an error, at the place of its key, for each conflict between services of a finished `route`:
 * two that no hello could tell apart, by their names or as defaults; one that no client would ever
 * get; and two that do not agree on PROXY headers or on the owner, group and mode of a
 * Unix-domain socket.
 */
void overlap_check(const struct route *route, struct findings *findings);

#endif
