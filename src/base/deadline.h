/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_DEADLINE_H
#define TLSD_BASE_DEADLINE_H

/*
 * A deadline is a point on CLOCK_MONOTONIC. It is set once for a phase, and each wait asks how
 * much of it is left. So a peer that sends slowly cannot prolong it, and a step of the wall
 * clock does not move it. Values, thread-safe.
 */

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	int64_t at_ns;
};

/* Returns the time on CLOCK_MONOTONIC in nanoseconds. */
int64_t deadline_now_ns(void);

/* Returns a deadline `ms` milliseconds after the instant `from_ns`; `ms` <= 0 means never. */
struct deadline deadline_after(int64_t from_ns, int64_t ms);

/* Returns a deadline `ms` milliseconds from now; `ms` <= 0 means never. */
struct deadline deadline_in(int64_t ms);

/* Returns a deadline that never comes. */
struct deadline deadline_never(void);

/* Returns the earlier of the two. */
struct deadline deadline_earlier(struct deadline a, struct deadline b);

bool deadline_passed(struct deadline deadline);

/*
 * Returns the milliseconds left, rounded up, for poll(2): 0 when the deadline has passed, -1
 * when it never comes, at most INT_MAX.
 */
int deadline_left_ms(struct deadline deadline);

#endif
