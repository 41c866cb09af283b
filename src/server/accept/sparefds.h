/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_SPAREFDS_H
#define TLSD_SERVER_ACCEPT_SPAREFDS_H

/* The descriptors that no new connection may use, because workers and reloads need them: those
 * with the highest numbers. Main thread. */

#include <stdbool.h>
#include <sys/resource.h>

struct snapshot;

struct sparefds {
	rlim_t wanted; /* how many */
	int bound; /* the lowest number of them */
};

/* Sets aside as many as the workers of `snapshot` and a reload may need, a quarter of all at
 * most. */
void sparefds_set_aside(struct sparefds *spare, const struct snapshot *snapshot);

/* True if only spare descriptors are left, which the lowest free number tells. `fd` is any open
 * one. The limit may have been changed meanwhile. */
bool sparefds_are_last(struct sparefds *spare, int fd);

/* True if as many descriptors are free as a reload may need. `fd` is any open one. */
bool sparefds_suffice_for_reload(int fd);

#endif
