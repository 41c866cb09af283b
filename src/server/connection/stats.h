/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_STATS_H
#define TLSD_SERVER_CONNECTION_STATS_H

/*
 * Counters of connections for each service, by its name, so that they survive a reload. Each
 * thread counts in memory of its own, which no other thread writes, with plain loads and stores;
 * a reader adds up the numbers of all threads. The result may lack what other threads count at
 * that moment. It never has more ended connections than accepted ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "server/connection/phase.h"

struct stats;
struct tally;

/* The times that histograms count. */
enum stats_time {
	STATS_QUEUE, /* from having its ClientHello to having a worker */
	STATS_HANDSHAKE, /* from having a worker to the end of the handshake */
	STATS_TOTAL, /* from being accepted until the worker has finished */
	STATS_TIME_COUNT
};

#define STATS_BUCKETS 18 /* the last one has no upper bound */

struct stats_histogram {
	uint64_t counts[STATS_BUCKETS]; /* in each bucket alone, not cumulative */
	uint64_t sum_ns;
};

/* All numbers of a service. `accepted` must be the first. */
struct stats_sums {
	uint64_t accepted; /* for this service: connection_assign() */
	uint64_t done; /* answered completely */
	uint64_t handshake_failures[FAILURE_COUNT]; /* up to the end of the handshake */
	uint64_t answer_failures[FAILURE_COUNT]; /* after it */
	uint64_t bytes_in, bytes_out; /* on the wire, of connections that have ended */
	uint64_t present[PHASE_COUNT]; /* connections in each phase at the moment */
	struct stats_histogram times[STATS_TIME_COUNT];
};

/* Makes counters for `threads` threads. */
struct stats *stats_new(size_t threads);

/* Frees the counters; no thread may count any more. Accepts NULL. */
void stats_free(struct stats *stats);

/* Makes the calling thread count as number `thread`, which is below the argument of stats_new().
 * The main thread is 0 without this call. */
void stats_enlist(size_t thread);

/* Returns the tally of the service `name`, and makes it if there is none. It lives as long as
 * `stats`. Main thread. */
struct tally *stats_tally(struct stats *stats, const char *name);

/* Return all tallies, the newest first; NULL after the last. Any thread. */
const struct tally *stats_first(const struct stats *stats);
const struct tally *stats_next(const struct tally *tally);

/* Returns the tally of connections whose service is not known yet. It is not among those of
 * stats_first(), and counts nothing but phases. Any thread. */
struct tally *stats_unrouted(const struct stats *stats);

/* Returns the tally of all clients together, without those of services that report on the server
 * itself. It is not among those of stats_first(), and counts accepted, done and failed connections
 * only, so that a reader need not sum up thousands of services. Any thread. */
struct tally *stats_clients(const struct stats *stats);

const char *tally_name(const struct tally *tally);

/* Adds the numbers of `tally` to `sums`. Any thread. */
void tally_add_to(const struct tally *tally, struct stats_sums *sums);

/* Sums up all tallies, including the unrouted one. Any thread. */
void stats_sum(const struct stats *stats, struct stats_sums *sums);

/* Returns how many connections failed, in handshakes and in answers. */
uint64_t stats_failed(const struct stats_sums *sums);

/* Returns how many accepted connections have neither been answered nor failed yet. */
uint64_t stats_active(const struct stats_sums *sums);

/* Return how many connections wait for a free worker, how many wait before that because of
 * max-workers, and how many are in a phase of workers: serverinfo_busy() makes the number of busy
 * workers of that. */
uint64_t stats_queued(const struct stats_sums *sums);
uint64_t stats_held(const struct stats_sums *sums);
uint64_t stats_served(const struct stats_sums *sums);

/* Returns how many times are in a histogram. */
uint64_t stats_time_count(const struct stats_histogram *histogram);

/* Returns the time in seconds that `share` of all times, 0 to 1, do not exceed, as exactly as the
 * buckets tell; 0 if there are none. */
double stats_quantile(const struct stats_histogram *histogram, double share);

/* Returns the upper bound of a bucket in seconds, infinity for the last. */
double stats_bound(size_t bucket);

/* Count events. Any thread that is enlisted. A connection enters each phase and leaves it. */
void tally_accept(struct tally *tally);
void tally_done(struct tally *tally);
void tally_fail(struct tally *tally, enum failure failure, bool shaken);
void tally_bytes(struct tally *tally, uint64_t in, uint64_t out);
void tally_enter(struct tally *tally, enum phase phase);
void tally_leave(struct tally *tally, enum phase phase);
void tally_time(struct tally *tally, enum stats_time time, int64_t ns);

#endif
