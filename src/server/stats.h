/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_STATS_H
#define TLSD_SERVER_STATS_H

/* Counters of how connections ended. Any thread. */

#include <stdatomic.h>
#include <stdint.h>

#include "base/failure.h"

struct stats {
	_Atomic(uint64_t) ended[FAILURE_COUNT]; /* FAILURE_NONE: answered whole */
};

static inline void
stats_count(struct stats *stats, enum failure failure)
{
	atomic_fetch_add_explicit(&stats->ended[failure], 1, memory_order_relaxed);
}

/* What was counted as answered turned out to be a failure. */
static inline void
stats_recount(struct stats *stats, enum failure failure)
{
	atomic_fetch_sub_explicit(&stats->ended[FAILURE_NONE], 1, memory_order_relaxed);
	stats_count(stats, failure);
}

static inline uint64_t
stats_done(const struct stats *stats)
{
	return atomic_load_explicit(&stats->ended[FAILURE_NONE], memory_order_relaxed);
}

static inline uint64_t
stats_failed(const struct stats *stats)
{
	uint64_t sum = 0;

	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++)
		sum += atomic_load_explicit(&stats->ended[i], memory_order_relaxed);
	return sum;
}

#endif
