/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations in buckets whose width grows with them. */
#include "client/bench/histogram.h"

/* The binary digits that a bucket keeps: HISTOGRAM_FINENESS is 2 to the 7th. */
#define DIGITS 7

static unsigned
bucket_of(uint64_t ns)
{
	if (ns < HISTOGRAM_FINENESS)
		return (unsigned)ns;
	unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - DIGITS;
	unsigned fine = (unsigned)(ns >> shift) - HISTOGRAM_FINENESS;
	return (shift + 1) * HISTOGRAM_FINENESS + fine;
}

/* Returns the middle of a bucket. */
static int64_t
value_of(unsigned bucket)
{
	if (bucket < HISTOGRAM_FINENESS)
		return bucket;
	unsigned shift = bucket / HISTOGRAM_FINENESS - 1;
	uint64_t start = (uint64_t)(bucket % HISTOGRAM_FINENESS + HISTOGRAM_FINENESS)
	                 << shift;
	return (int64_t)(start + ((uint64_t)1 << shift) / 2);
}

void
histogram_add(struct histogram *histogram, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	histogram->counts[bucket_of((uint64_t)ns)]++;
	histogram->total++;
	if (ns > histogram->max_ns)
		histogram->max_ns = ns;
}

void
histogram_merge(struct histogram *histogram, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		histogram->counts[i] += from->counts[i];
	histogram->total += from->total;
	if (from->max_ns > histogram->max_ns)
		histogram->max_ns = from->max_ns;
}

int64_t
histogram_quantile(const struct histogram *histogram, double share)
{
	/* The number of durations that are not longer, rounded up. */
	double below = share * (double)histogram->total;
	uint64_t rank = (uint64_t)below, seen = 0;

	if ((double)rank < below)
		rank++;
	if (rank >= histogram->total)
		return histogram->max_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->counts[i];
		if (seen >= rank && seen > 0)
			return value_of(i) < histogram->max_ns ? value_of(i)
			                                       : histogram->max_ns;
	}
	return histogram->max_ns;
}
