/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_DIAL_H
#define TLSD_CLIENT_CONNECTION_DIAL_H

/* Connecting to a target, whose addresses are tried in the resolver's order. */

#include <stddef.h>

#include "base/deadline.h"

#define DIAL_MAX 16 /* addresses of a host that are tried */

struct address;
struct findings;
struct target;

/*
 * Returns a connected, blocking, close-on-exec socket, which the caller closes, and the address
 * that it reached; or -1. Each address that did not answer becomes a warning in `attempts`, and
 * so does a name that does not resolve. Each address gets an equal share of the time left until
 * `deadline`. Resolving has the resolver's own limits (resolv.conf(5)).
 */
int dial(const struct target *target, struct deadline deadline, struct address *reached,
    struct findings *attempts);

/*
 * Connects `fd`, which is non-blocking or has a time-out for sending. A Unix-domain socket with a
 * full backlog is tried again every `retry_ms`. Returns 0, or -1 with errno.
 */
int dial_connect(
    int fd, const struct address *address, struct deadline deadline, int retry_ms);

/* Finds the addresses of the target, at most `max`, in the resolver's order. Returns their
 * number, or 0 with the reason as a warning in `attempts`. */
size_t dial_resolve(const struct target *target, struct address *addresses, size_t max,
    struct findings *attempts);

/* Connects to one address, as dial() does. */
int dial_address(
    const struct address *address, struct deadline deadline, struct findings *attempts);

#endif
