/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_H
#define TLSD_SERVER_SNAPSHOT_H

/*
 * All that a reload can change, immutable and counted: the configuration as read, and each
 * service with its certificates, policy and responder ready. Connections hold a reference
 * from accept to close, so that each is served as it was accepted, whatever is reloaded
 * meanwhile. Made by the main thread at the start and by the loader's at a reload; any thread
 * reads it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address;
struct conf;
struct figures;
struct findings;
struct route;
struct service;
struct snapshot;
struct stringlist;
struct verbosity;

/*
 * Reads the configuration at `path`, prepares all services and proves each (tls/proof.h). One
 * whose certificates do not do is left out if its on-bad-cert says so. Everything wrong or odd goes
 * into `findings`, each with its place. Returns a snapshot with one reference, or NULL after
 * an error. Where it takes the place of `old`, which may be NULL, clients of a service that
 * keeps its name can go on resuming their sessions.
 */
struct snapshot *snapshot_new(
    const char *path, const struct snapshot *old, struct findings *findings);

/*
 * Looks up the names of its backends, and waits until all have answered, 2 seconds at most. Adds a
 * warning to `findings` for each name that does not resolve: the backend keeps the addresses that
 * an older snapshot has found, or counts as down until it resolves. A start calls it after its
 * rights are given up, because the threads of lookups that hang stay. Main thread or the loader's.
 */
void snapshot_resolve(const struct snapshot *snapshot, struct findings *findings);

/* Before it serves: where its answers find the server's own figures, which outlive them. Main
 * thread. */
void snapshot_show(struct snapshot *snapshot, const struct figures *figures);

/* Another reference. Any thread. */
struct snapshot *snapshot_take(struct snapshot *snapshot);

/* Gives a reference back; the last one frees. NULL is fine. Any thread. */
void snapshot_drop(struct snapshot *snapshot);

const struct conf *snapshot_conf(const struct snapshot *snapshot);
const struct verbosity *snapshot_verbosity(const struct snapshot *snapshot);

/* Those that serve, in the order of the file. */
size_t snapshot_service_count(const struct snapshot *snapshot);
const struct service *snapshot_service(const struct snapshot *snapshot, size_t index);

/* The one of that name among them, or NULL. */
const struct service *snapshot_find(const struct snapshot *snapshot, const char *name);

/* Where it listens, each address once, and which service a client gets there. A service that
 * on-bad-cert has left out is still among those of an address where others serve. */
size_t snapshot_route_count(const struct snapshot *snapshot);
const struct route *snapshot_route(const struct snapshot *snapshot, size_t index);

/* The one at that address, or NULL. */
const struct route *snapshot_find_route(
    const struct snapshot *snapshot, const struct address *address);

/* "NAME: REASON" of each service that on-bad-cert has left out. */
const struct stringlist *snapshot_skipped(const struct snapshot *snapshot);

/* How many key pairs it has loaded rather than taken over from the one before. */
size_t snapshot_loaded_pairs(const struct snapshot *snapshot);

/* When it was made, seconds since 1970. */
int64_t snapshot_time(const struct snapshot *snapshot);

/* What certwatch_state() said just before the files were loaded. */
unsigned long long snapshot_files_state(const struct snapshot *snapshot);

/* When the next of what service_next_end() counts ends, of all services. */
int64_t snapshot_next_end(const struct snapshot *snapshot, int64_t now);

/* Adds a warning for each certificate that has ended, or will within its warn-days. */
void snapshot_warn(const struct snapshot *snapshot, struct findings *findings);

#endif
