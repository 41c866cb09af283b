/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_HISTOGRAM_H
#define TLSD_CLIENT_BENCH_HISTOGRAM_H

/*
 * Any number of durations in memory of fixed size. A bucket's width is at most a 128th of its
 * durations, so that a percentile is correct to within one per cent. One thread at a time.
 */

#include <stdint.h>

/* 128 buckets for each power of two from 128 ns on, and one for each ns below. */
#define HISTOGRAM_FINENESS 128
#define HISTOGRAM_BUCKETS (58 * HISTOGRAM_FINENESS)

/* All-zero storage is an empty histogram. */
struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS];
	uint64_t total;
	int64_t max_ns;
};

/* Adds one duration; a negative one counts as 0. */
void histogram_add(struct histogram *histogram, int64_t ns);

/* Adds all durations of `from`. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

/*
 * Returns the duration that a share of all durations, 0 to 1, do not exceed; 0 if there are
 * none. For `share` 1 it is exactly the longest one.
 */
int64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
