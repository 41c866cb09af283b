/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_OVERLAP_H
#define TLSD_SERVER_OVERLAP_H

/* Services of one listener that get in each other's way. */

struct findings;
struct group;
struct nametable;
struct route;

/* Adds an error, at the place of its key, for each two services of `route` that no hello
 * could tell apart, by their `names` or as its `defaults`, for each that no client would ever
 * get, and for those that do not agree on PROXY headers. */
void overlap_check(const struct route *route, const struct nametable *names,
    const struct group *defaults, struct findings *findings);

#endif
