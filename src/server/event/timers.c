/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing heap of deadlines. */
#include "server/event/timers.h"

#include <stddef.h>

/* Makes one tree of two, either of which may be NULL. */
static struct timer *
meld_trees(struct timer *a, struct timer *b)
{
	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (b->deadline.at_ns < a->deadline.at_ns) {
		struct timer *earlier = b;
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
static struct timer *
take_first_tree(struct timer **chain)
{
	struct timer *first = *chain;

	if (first == NULL)
		return NULL;
	*chain = first->next;
	first->next = first->previous = NULL;
	return first;
}

/* Makes one tree of a chain of siblings: melds pairs from the front, then all of them from the
 * back. */
static struct timer *
meld_chain(struct timer *chain)
{
	struct timer *pairs = NULL, *whole = NULL;

	while (chain != NULL) {
		struct timer *a = take_first_tree(&chain);
		struct timer *pair = meld_trees(a, take_first_tree(&chain));
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs != NULL)
		whole = meld_trees(whole, take_first_tree(&pairs));
	return whole;
}

void
timers_add(
    struct timers *timers, struct timer *timer, struct deadline deadline, void *holder)
{
	*timer = (struct timer){ .deadline = deadline, .holder = holder };
	timers->first = meld_trees(timers->first, timer);
}

void
timers_remove(struct timers *timers, struct timer *timer)
{
	struct timer *rest = meld_chain(timer->child);

	timer->child = NULL;
	if (timers->first == timer) {
		timers->first = rest;
		return;
	}
	if (timer->previous->child == timer)
		timer->previous->child = timer->next;
	else
		timer->previous->next = timer->next;
	if (timer->next != NULL)
		timer->next->previous = timer->previous;
	timer->next = timer->previous = NULL;
	timers->first = meld_trees(timers->first, rest);
}

void *
timers_first(const struct timers *timers)
{
	return timers->first != NULL ? timers->first->holder : NULL;
}

void *
timers_due(const struct timers *timers)
{
	return deadline_passed(timers_next(timers)) ? timers_first(timers) : NULL;
}

struct deadline
timers_next(const struct timers *timers)
{
	return timers->first != NULL ? timers->first->deadline : deadline_never();
}
