/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_SERVERINFO_H
#define TLSD_SERVER_REPORT_SERVERINFO_H

/* Information about the running server, for any thread. The main thread writes it, and a reader
 * cannot hold the main thread up. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct current;
struct history;
struct serverinfo;
struct snapshot;
struct stats;
struct stats_sums;

enum serverinfo_state {
	SERVERINFO_RUNNING,
	SERVERINFO_DRAINING, /* serves its clients, but asks to be sent no more */
	SERVERINFO_STOPPING
};

/* Returns "running", "draining" or "stopping". */
const char *serverinfo_state_name(enum serverinfo_state state);

/* Makes an overview. The caller still owns `stats` and `current`, which outlive it. */
struct serverinfo *serverinfo_new(
    const struct stats *stats, struct current *current, size_t workers);
void serverinfo_free(struct serverinfo *serverinfo);

/* Counts a reload that has ended. Main thread. */
void serverinfo_note_reload(struct serverinfo *serverinfo, bool worked);

/* Sets the state. Main thread. */
void serverinfo_set_state(struct serverinfo *serverinfo, enum serverinfo_state state);

/* Any thread may call the functions below. */

/* Returns a reference to the snapshot in force, for snapshot_drop(). */
struct snapshot *serverinfo_snapshot(const struct serverinfo *serverinfo);
const struct stats *serverinfo_stats(const struct serverinfo *serverinfo);

/* Returns the rates of the last minutes, which only the main thread may change. */
struct history *serverinfo_history(const struct serverinfo *serverinfo);

/* Sums up the statistics of all services and of connections without one yet. It leaves out
 * services in force that report on the server itself: their clients are monitors. */
void serverinfo_sum_clients(struct serverinfo *serverinfo, struct stats_sums *sums);

size_t serverinfo_workers(const struct serverinfo *serverinfo);

/* Returns how many workers have a connection, by these sums. That is at most all of them: sums can
 * count a connection twice that changes its phase, or one that its worker has just parked. */
uint64_t serverinfo_busy(
    const struct serverinfo *serverinfo, const struct stats_sums *sums);

enum serverinfo_state serverinfo_state(const struct serverinfo *serverinfo);

/* Returns when the overview was made, in seconds since 1970. */
int64_t serverinfo_started(const struct serverinfo *serverinfo);

/* Return how many reloads worked, and how many failed. */
uint64_t serverinfo_reloads(const struct serverinfo *serverinfo);
uint64_t serverinfo_failed_reloads(const struct serverinfo *serverinfo);

/* True if the last reload worked, and before the first one. */
bool serverinfo_last_reload_worked(const struct serverinfo *serverinfo);

#endif
