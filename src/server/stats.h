/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_STATS_H
#define TLSD_SERVER_STATS_H

/*
 * What happened to connections, counted for each service by its name, so that a reload does
 * not begin anew. Each thread counts in memory of its own, which no other writes, with plain
 * loads and stores; who reads adds all threads' numbers up. What was read while others count
 * may lack what they count just then, but never has more connections that are over than
 * accepted ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "server/phase.h"

struct stats;
struct tally;

/* Which time a histogram is about. */
enum stats_time {
	STATS_QUEUE, /* from having its ClientHello to having a worker */
	STATS_HANDSHAKE, /* from there to the end of the handshake */
	STATS_TOTAL, /* from being accepted until the worker is done with it */
	STATS_TIME_COUNT
};

#define STATS_BUCKETS 18 /* the last one has no upper bound */

struct stats_histogram {
	uint64_t counts[STATS_BUCKETS]; /* each one's own, not those below it */
	uint64_t sum_ns;
};

/* All numbers of a service. `accepted` is the first. */
struct stats_sums {
	uint64_t accepted; /* for this service: connection_assign() */
	uint64_t done; /* answered whole */
	uint64_t handshake_failures[FAILURE_COUNT]; /* up to the end of the handshake */
	uint64_t answer_failures[FAILURE_COUNT]; /* after it */
	uint64_t bytes_in, bytes_out; /* on the wire, of connections that are over */
	uint64_t present[PHASE_COUNT]; /* how many are in each phase just now */
	struct stats_histogram times[STATS_TIME_COUNT];
};

/* For `threads` threads that count. */
struct stats *stats_new(size_t threads);

/* No thread may count any more. NULL is fine. */
void stats_free(struct stats *stats);

/* Says that the calling thread is the one of number `thread`, below what stats_new() was
 * told; the main thread is 0 without saying so. */
void stats_enlist(size_t thread);

/* The tally of the service `name`, made if there is none; it lives as long as `stats`. Main
 * thread. */
struct tally *stats_tally(struct stats *stats, const char *name);

/* All tallies, the newest first: NULL behind the last. Any thread. */
const struct tally *stats_first(const struct stats *stats);
const struct tally *stats_next(const struct tally *tally);

/* The tally of connections whose service is not known yet. It is not among those of
 * stats_first(), and nothing is counted in it but phases. Any thread. */
struct tally *stats_unrouted(const struct stats *stats);

const char *tally_name(const struct tally *tally);

/* Adds what is in `tally` to `sums`. Any thread. */
void tally_add_to(const struct tally *tally, struct stats_sums *sums);

/* The sums of all tallies, with the unrouted one. Any thread. */
void stats_sum(const struct stats *stats, struct stats_sums *sums);

/* How many failed, in handshakes and in answers. */
uint64_t stats_failed(const struct stats_sums *sums);

/* How many accepted connections are neither done nor failed yet. */
uint64_t stats_active(const struct stats_sums *sums);

/* How many wait for a worker, and how many have one. */
uint64_t stats_queued(const struct stats_sums *sums);
uint64_t stats_busy(const struct stats_sums *sums);

/* How many times are in a histogram. */
uint64_t stats_time_count(const struct stats_histogram *histogram);

/* The time in seconds that `share` of all, 0 to 1, do not exceed, as near as the buckets
 * tell; 0 if there is none. */
double stats_quantile(const struct stats_histogram *histogram, double share);

/* The upper bound of a bucket in seconds, infinity for the last. */
double stats_bound(size_t bucket);

/* Counting; any thread that is enlisted. A connection enters each phase and leaves it. */
void tally_accept(struct tally *tally);
void tally_done(struct tally *tally);
void tally_fail(struct tally *tally, enum failure failure, bool shaken);
void tally_bytes(struct tally *tally, uint64_t in, uint64_t out);
void tally_enter(struct tally *tally, enum phase phase);
void tally_leave(struct tally *tally, enum phase phase);
void tally_time(struct tally *tally, enum stats_time time, int64_t ns);

#endif
