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
struct agenda {
	struct appointment *first;
};

/* Adds `appointment`, which must not be in an agenda. */
void agenda_add(struct agenda *agenda, struct appointment *appointment,
    struct deadline deadline, void *holder);

/* Removes `appointment`, which must be in this agenda. */
void agenda_remove(struct agenda *agenda, struct appointment *appointment);

/* Returns the holder of the earliest appointment if its deadline has passed, or NULL. */
void *agenda_due(const struct agenda *agenda);

/* Returns the holder of the earliest appointment, or NULL if there is none. */
void *agenda_first(const struct agenda *agenda);

/* Returns the earliest deadline, or never if there is none. */
struct deadline agenda_next(const struct agenda *agenda);

#endif
