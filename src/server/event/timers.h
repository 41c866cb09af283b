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
struct appointment {
	struct deadline deadline;
	void *holder; /* the object that it is embedded in */
	struct appointment
	    *child; /* the first of its children, which are not earlier */
	struct appointment *next; /* sibling */
	struct appointment *previous; /* sibling; the parent of a first child */
};

/* An empty agenda is {0}. */
struct timers {
	struct appointment *first;
};

/* Adds `appointment`, which must not be in an agenda. */
void timers_add(struct timers *agenda, struct appointment *appointment,
    struct deadline deadline, void *holder);

/* Removes `appointment`, which must be in this agenda. */
void timers_remove(struct timers *agenda, struct appointment *appointment);

/* Returns the holder of the earliest appointment if its deadline has passed, or NULL. */
void *timers_due(const struct timers *agenda);

/* Returns the holder of the earliest appointment, or NULL if there is none. */
void *timers_first(const struct timers *agenda);

/* Returns the earliest deadline, or never if there is none. */
struct deadline timers_next(const struct timers *agenda);

#endif
