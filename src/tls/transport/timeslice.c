/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a connection may keep its thread. */
#include "tls/transport/timeslice.h"

#include <stddef.h>

struct timeslice
timeslice_begin(const struct timeslice *before)
{
	return (struct timeslice){ .on_wait = before->on_wait,
		.is_needed = before->is_needed,
		.context = before->context,
		.end = deadline_in(TIMESLICE_MS) };
}

void
timeslice_will_wait(struct timeslice *slice)
{
	if (!slice->waited && slice->on_wait != NULL)
		slice->pressed = slice->on_wait(slice->context);
	slice->waited = true;
	if (slice->pressed)
		slice->end =
		    deadline_earlier(slice->end, deadline_in(TIMESLICE_PRESSED_MS));
}

bool
timeslice_is_over(struct timeslice *slice)
{
	if (!slice->parks || !deadline_passed(slice->end))
		return false;
	if (slice->is_needed != NULL && slice->is_needed(slice->context))
		return true;
	slice->end = deadline_in(TIMESLICE_MS);
	return false;
}

int
timeslice_wait_limit(const struct timeslice *slice, int usual_ms)
{
	if (!slice->parks || !slice->pressed)
		return usual_ms;
	return slice->returned ? 0 : TIMESLICE_PRESSED_MS;
}
