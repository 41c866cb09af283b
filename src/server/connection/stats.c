/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters that each thread has for itself. */
#include "server/connection/stats.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

#define CACHE_LINE 64
#define NS_PER_S 1e9
#define VALUES (sizeof(struct stats_sums) / sizeof(uint64_t))
#define INDEX(field) (offsetof(struct stats_sums, field) / sizeof(uint64_t))
_Static_assert(INDEX(accepted) == 0, "tally_add_to() reads it last");

/* The struct stats_sums of one thread, as an array of its numbers. */
struct cell {
	_Alignas(CACHE_LINE) _Atomic(uint64_t) values[VALUES];
};

struct tally {
	char *name;
	struct tally *next;
	struct cell *cells; /* in `memory` */
	size_t cell_count;
	void *memory;
};

struct stats {
	_Atomic(struct tally *) first;
	struct tally *unrouted, *clients;
	size_t threads;
};

static _Thread_local size_t self;

static const int64_t bounds_ns[STATS_BUCKETS - 1] = { 100000, 250000, 500000, 1000000,
	2500000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000,
	1000000000, 2500000000, 5000000000, 10000000000, 30000000000 };

static void
free_tally(struct tally *tally)
{
	free(tally->memory);
	free(tally->name);
	free(tally);
}

void
stats_free(struct stats *stats)
{
	if (stats == NULL)
		return;
	for (struct tally *tally = atomic_load(&stats->first), *next; tally != NULL;
	     tally = next) {
		next = tally->next;
		free_tally(tally);
	}
	free_tally(stats->unrouted);
	free_tally(stats->clients);
	free(stats);
}

void
stats_enlist(size_t thread)
{
	self = thread;
}

/* Makes a tally. Cells that no thread has used cost no memory, because the kernel makes the pages
 * of large blocks when they are first written. */
static struct tally *
make_tally(const char *name, size_t threads)
{
	struct tally *tally = memory_new(sizeof *tally);

	tally->name = memory_copy(name);
	tally->cell_count = threads;
	tally->memory = memory_new(threads * sizeof(struct cell) + CACHE_LINE);
	uintptr_t start = (uintptr_t)tally->memory;
	size_t skip = (CACHE_LINE - start % CACHE_LINE) % CACHE_LINE;
	tally->cells = (struct cell *)((char *)tally->memory + skip);
	return tally;
}

struct stats *
stats_new(size_t threads)
{
	struct stats *stats = memory_new(sizeof *stats);

	stats->threads = threads;
	stats->unrouted = make_tally("", threads);
	stats->clients = make_tally("", threads);
	return stats;
}

struct tally *
stats_tally(struct stats *stats, const char *name)
{
	struct tally *first = atomic_load(&stats->first);

	for (struct tally *tally = first; tally != NULL; tally = tally->next)
		if (strcmp(tally->name, name) == 0)
			return tally;
	struct tally *tally = make_tally(name, stats->threads);
	tally->next = first;
	atomic_store_explicit(&stats->first, tally, memory_order_release);
	return tally;
}

const struct tally *
stats_first(const struct stats *stats)
{
	return atomic_load_explicit(&stats->first, memory_order_acquire);
}

const struct tally *
stats_next(const struct tally *tally)
{
	return tally->next;
}

struct tally *
stats_unrouted(const struct stats *stats)
{
	return stats->unrouted;
}

struct tally *
stats_clients(const struct stats *stats)
{
	return stats->clients;
}

const char *
tally_name(const struct tally *tally)
{
	return tally->name;
}

/*
 * Adds up the cells in reverse order. The main thread accepts, and its cell is the first one, so
 * `accepted` is read last. It includes each connection that another number read includes, because
 * each thread publishes what it knows by its stores.
 */
void
tally_add_to(const struct tally *tally, struct stats_sums *sums)
{
	uint64_t totals[VALUES];

	memcpy(totals, sums, sizeof totals);
	for (size_t i = tally->cell_count; i-- > 0;)
		for (size_t j = VALUES; j-- > 0;)
			totals[j] += atomic_load_explicit(
			    &tally->cells[i].values[j], memory_order_acquire);
	/* A connection that enters in one thread and leaves in another may be seen leaving
	 * first. */
	for (size_t j = 0; j < PHASE_COUNT; j++)
		if ((int64_t)totals[INDEX(present) + j] < 0)
			totals[INDEX(present) + j] = 0;
	memcpy(sums, totals, sizeof totals);
}

void
stats_sum(const struct stats *stats, struct stats_sums *sums)
{
	*sums = (struct stats_sums){ 0 };
	tally_add_to(stats->unrouted, sums);
	for (const struct tally *tally = stats_first(stats); tally != NULL;
	     tally = stats_next(tally))
		tally_add_to(tally, sums);
}

uint64_t
stats_failed(const struct stats_sums *sums)
{
	uint64_t failed = 0;

	for (int i = 0; i < FAILURE_COUNT; i++)
		failed += sums->handshake_failures[i] + sums->answer_failures[i];
	return failed;
}

uint64_t
stats_active(const struct stats_sums *sums)
{
	return sums->accepted - sums->done - stats_failed(sums);
}

uint64_t
stats_queued(const struct stats_sums *sums)
{
	return sums->present[PHASE_QUEUE];
}

uint64_t
stats_held(const struct stats_sums *sums)
{
	return sums->present[PHASE_HOLD];
}

uint64_t
stats_served(const struct stats_sums *sums)
{
	return sums->present[PHASE_HANDSHAKE] + sums->present[PHASE_ANSWER] +
	       sums->present[PHASE_CLOSE];
}

uint64_t
stats_time_count(const struct stats_histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++)
		count += histogram->counts[i];
	return count;
}

/* Assumes that times within a bucket are spread evenly. Above the last bound nothing is known. */
double
stats_quantile(const struct stats_histogram *histogram, double share)
{
	double wanted = share * (double)stats_time_count(histogram), below = 0;

	if (wanted <= 0)
		return 0;
	for (size_t i = 0; i < STATS_BUCKETS - 1; i++) {
		double here = (double)histogram->counts[i];
		if (below + here >= wanted) {
			double low = i > 0 ? stats_bound(i - 1) : 0;
			return low + (stats_bound(i) - low) * (wanted - below) / here;
		}
		below += here;
	}
	return stats_bound(STATS_BUCKETS - 2);
}

double
stats_bound(size_t bucket)
{
	return bucket < STATS_BUCKETS - 1 ? (double)bounds_ns[bucket] / NS_PER_S
	                                  : (double)INFINITY;
}

/* Adds without an atomic read-modify-write, because no other thread writes there. */
static void
add_to_cell(struct tally *tally, size_t index, uint64_t number)
{
	_Atomic(uint64_t) *value = &tally->cells[self].values[index];

	atomic_store_explicit(value,
	    atomic_load_explicit(value, memory_order_relaxed) + number,
	    memory_order_release);
}

void
tally_accept(struct tally *tally)
{
	add_to_cell(tally, INDEX(accepted), 1);
}

void
tally_done(struct tally *tally)
{
	add_to_cell(tally, INDEX(done), 1);
}

void
tally_fail(struct tally *tally, enum failure failure, bool shaken)
{
	size_t first = shaken ? INDEX(answer_failures) : INDEX(handshake_failures);

	add_to_cell(tally, first + failure, 1);
}

void
tally_bytes(struct tally *tally, uint64_t in, uint64_t out)
{
	add_to_cell(tally, INDEX(bytes_in), in);
	add_to_cell(tally, INDEX(bytes_out), out);
}

void
tally_enter(struct tally *tally, enum phase phase)
{
	add_to_cell(tally, INDEX(present) + phase, 1);
}

void
tally_leave(struct tally *tally, enum phase phase)
{
	add_to_cell(tally, INDEX(present) + phase, (uint64_t)-1);
}

void
tally_time(struct tally *tally, enum stats_time time, int64_t ns)
{
	size_t first =
	    INDEX(times) + time * sizeof(struct stats_histogram) / sizeof(uint64_t);
	size_t bucket = 0;

	while (bucket < STATS_BUCKETS - 1 && ns > bounds_ns[bucket])
		bucket++;
	add_to_cell(tally, first + bucket, 1);
	add_to_cell(tally, first + STATS_BUCKETS, (uint64_t)ns);
}
