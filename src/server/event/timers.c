/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing heap of deadlines. */
#include "server/event/timers.h"

#include <stddef.h>

/* Makes one tree of two, either of which may be NULL. */
static struct appointment *
meld(struct appointment *a, struct appointment *b)
{
	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (b->deadline.at_ns < a->deadline.at_ns) {
		struct appointment *earlier = b;
		b = a;
		a = earlier;
	}
	b->next = a->child;
	if (b->next != NULL)
		b->next->previous = b;
	b->previous = a;
	a->child = b;
	return a;
}

/* Takes the first tree from a chain of siblings. */
static struct appointment *
split(struct appointment **chain)
{
	struct appointment *first = *chain;

	if (first == NULL)
		return NULL;
	*chain = first->next;
	first->next = first->previous = NULL;
	return first;
}

/* Makes one tree of a chain of siblings: melds pairs from the front, then all of them from the
 * back. */
static struct appointment *
gather(struct appointment *chain)
{
	struct appointment *pairs = NULL, *whole = NULL;

	while (chain != NULL) {
		struct appointment *a = split(&chain);
		struct appointment *pair = meld(a, split(&chain));
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs != NULL)
		whole = meld(whole, split(&pairs));
	return whole;
}

void
timers_add(struct timers *agenda, struct appointment *appointment,
    struct deadline deadline, void *holder)
{
	*appointment = (struct appointment){ .deadline = deadline, .holder = holder };
	agenda->first = meld(agenda->first, appointment);
}

void
timers_remove(struct timers *agenda, struct appointment *appointment)
{
	struct appointment *rest = gather(appointment->child);

	appointment->child = NULL;
	if (agenda->first == appointment) {
		agenda->first = rest;
		return;
	}
	if (appointment->previous->child == appointment)
		appointment->previous->child = appointment->next;
	else
		appointment->previous->next = appointment->next;
	if (appointment->next != NULL)
		appointment->next->previous = appointment->previous;
	appointment->next = appointment->previous = NULL;
	agenda->first = meld(agenda->first, rest);
}

void *
timers_first(const struct timers *agenda)
{
	return agenda->first != NULL ? agenda->first->holder : NULL;
}

void *
timers_due(const struct timers *agenda)
{
	return deadline_passed(timers_next(agenda)) ? timers_first(agenda) : NULL;
}

struct deadline
timers_next(const struct timers *agenda)
{
	return agenda->first != NULL ? agenda->first->deadline : deadline_never();
}
