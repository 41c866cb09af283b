/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_SERVERINFO_H
#define TLSD_SERVER_REPORT_SERVERINFO_H

/* Information about the running server, for any thread. The main thread writes it, and a reader
 * cannot hold the main thread up. */

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
	OVERVIEW_DRAINING, /* serves its clients, but asks to be sent no more */
	OVERVIEW_STOPPING
};

/* Returns "running", "draining" or "stopping". */
const char *overview_state_name(enum overview_state state);

/* Makes an overview. The caller still owns `stats` and `current`, which outlive it. */
struct overview *overview_new(
    const struct stats *stats, struct current *current, size_t workers);
void overview_free(struct overview *overview);

/* Counts a reload that has ended. Main thread. */
void overview_note_reload(struct overview *overview, bool worked);

/* Sets the state. Main thread. */
void overview_set_state(struct overview *overview, enum overview_state state);

/* Any thread may call the functions below. */

/* Returns a reference to the snapshot in force, for snapshot_drop(). */
struct snapshot *overview_snapshot(const struct overview *overview);
const struct stats *overview_stats(const struct overview *overview);
/* Sums up the statistics of all services and of connections without one yet. It leaves out
 * services in force that report on the server itself: their clients are monitors. */
void overview_sum_clients(struct overview *overview, struct stats_sums *sums);

size_t overview_workers(const struct overview *overview);
enum overview_state overview_state(const struct overview *overview);

/* Returns when the overview was made, in seconds since 1970. */
int64_t overview_started(const struct overview *overview);

/* Return how many reloads worked, and how many failed. */
uint64_t overview_reloads(const struct overview *overview);
uint64_t overview_failed_reloads(const struct overview *overview);

/* True if the last reload worked, and before the first one. */
bool overview_last_reload_worked(const struct overview *overview);

#endif
