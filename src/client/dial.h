/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_DIAL_H
#define TLSD_CLIENT_DIAL_H

/* Connecting to a target: all its addresses are tried in the resolver's order. */

#include "base/deadline.h"

struct address;
struct findings;
struct target;

/*
 * Returns a connected, blocking, close-on-exec socket, which is the caller's, and the
 * address that it reached; or -1. Each address that did not answer becomes a warning in
 * `attempts`, and so does a name that cannot be resolved. Each address gets an equal share
 * of the time that is left until `deadline`; resolving has the resolver's own limits
 * (resolv.conf(5)).
 */
int dial(const struct target *target, struct deadline deadline, struct address *reached,
    struct findings *attempts);

#endif
