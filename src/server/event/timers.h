/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_EVENT_TIMERS_H
#define TLSD_SERVER_EVENT_TIMERS_H

/*
 * A set of timers that finds the earliest deadline. It is a pairing heap whose nodes are embedded
 * in the waiting objects: it allocates nothing and cannot fail. Adding takes constant time,
 * removing takes logarithmic time on average. One thread at a time.
 */

#include "base/deadline.h"

/* Embedded in the object that waits. */
struct timer {
	struct deadline deadline;
	void *holder; /* the object that it is embedded in */
	struct timer *child; /* the first of its children, which are not earlier */
	struct timer *next; /* sibling */
	struct timer *previous; /* sibling; the parent of a first child */
};

/* An empty set is {0}. */
struct timers {
	struct timer *first;
};

/* Adds `timer`, which must not be in a set. */
void timers_add(
    struct timers *timers, struct timer *timer, struct deadline deadline, void *holder);

/* Removes `timer`, which must be in this set. */
void timers_remove(struct timers *timers, struct timer *timer);

/* Returns the holder of the earliest timer if its deadline has passed, or NULL. */
void *timers_due(const struct timers *timers);

/* Returns the holder of the earliest timer, or NULL if there is none. */
void *timers_first(const struct timers *timers);

/* Returns the earliest deadline, or never if there is none. */
struct deadline timers_next(const struct timers *timers);

#endif
