/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_AGENDA_H
#define TLSD_SERVER_AGENDA_H

/*
 * Whose time is up next, among any number of those whose deadlines come in any order. A
 * pairing heap in the waiting things themselves: it allocates nothing and cannot fail.
 * Adding takes constant time, removing that of a look-up. One thread at a time.
 */

#include "base/deadline.h"

/* Embedded in what waits. */
struct appointment {
	struct deadline deadline;
	void *holder; /* what it is embedded in */
	struct appointment *child; /* the first of those that come later */
	struct appointment *next; /* sibling */
	struct appointment *previous; /* sibling; the parent of a first child */
};

/* {0} is an empty one. */
struct agenda {
	struct appointment *first;
};

/* Adds what is in no agenda. */
void agenda_add(struct agenda *agenda, struct appointment *appointment,
    struct deadline deadline, void *holder);

/* Takes out what is in this agenda. */
void agenda_remove(struct agenda *agenda, struct appointment *appointment);

/* The holder of the first appointment if its time is up, or NULL. */
void *agenda_due(const struct agenda *agenda);

/* The holder of the first appointment, NULL if there is none. */
void *agenda_first(const struct agenda *agenda);

/* When the next one's time will be up. */
struct deadline agenda_next(const struct agenda *agenda);

#endif
