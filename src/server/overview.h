/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_OVERVIEW_H
#define TLSD_SERVER_OVERVIEW_H

/*
 * What a running server can tell of itself, to whoever asks and in any thread: the main
 * thread writes it, and nobody who reads it can hold the main thread up.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct current;
struct overview;
struct snapshot;
struct stats;
struct stats_sums;

enum overview_state {
	OVERVIEW_RUNNING,
	OVERVIEW_DRAINING, /* serves whom it gets, and asks to be sent no more clients */
	OVERVIEW_STOPPING
};

/* "running", "draining" or "stopping". */
const char *overview_state_name(enum overview_state state);

/* `stats` and `current` stay the caller's and outlive it. */
struct overview *overview_new(
    const struct stats *stats, struct current *current, size_t workers);
void overview_free(struct overview *overview);

/* A reload has come to its end. Main thread. */
void overview_note_reload(struct overview *overview, bool worked);

/* Main thread. */
void overview_set_state(struct overview *overview, enum overview_state state);

/* All else: any thread. */

/* A reference to the snapshot in force, for snapshot_drop(). */
struct snapshot *overview_snapshot(const struct overview *overview);
const struct stats *overview_stats(const struct overview *overview);
/* The sums of the services in force but for those that tell of the server itself, whose
 * clients are its watchers. */
void overview_sum_clients(struct overview *overview, struct stats_sums *sums);

size_t overview_workers(const struct overview *overview);
enum overview_state overview_state(const struct overview *overview);

/* When it was made, seconds since 1970. */
int64_t overview_started(const struct overview *overview);

/* How many reloads worked and failed. */
uint64_t overview_reloads(const struct overview *overview);
uint64_t overview_failed_reloads(const struct overview *overview);

/* Whether the last attempt worked; true before the first. */
bool overview_last_reload_worked(const struct overview *overview);

#endif
