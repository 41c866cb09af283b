/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines: points on the monotonic clock. */
#include "base/deadline.h"

#include <limits.h>
#include <time.h>

#define NS_PER_MS 1000000

int64_t
deadline_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

struct deadline
deadline_never(void)
{
	return (struct deadline){ .at_ns = INT64_MAX };
}

struct deadline
deadline_after(int64_t from_ns, int64_t ms)
{
	if (ms <= 0 || ms > (INT64_MAX - from_ns) / NS_PER_MS)
		return deadline_never();
	return (struct deadline){ .at_ns = from_ns + ms * NS_PER_MS };
}

struct deadline
deadline_in(int64_t ms)
{
	return deadline_after(deadline_now_ns(), ms);
}

struct deadline
deadline_earlier(struct deadline a, struct deadline b)
{
	return a.at_ns <= b.at_ns ? a : b;
}

bool
deadline_passed(struct deadline deadline)
{
	return deadline.at_ns != INT64_MAX && deadline_now_ns() >= deadline.at_ns;
}

int
deadline_left_ms(struct deadline deadline)
{
	if (deadline.at_ns == INT64_MAX)
		return -1;
	int64_t left_ns = deadline.at_ns - deadline_now_ns();
	if (left_ns <= 0)
		return 0;
	int64_t left_ms = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
