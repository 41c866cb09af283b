/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_SNAPSHOT_H
#define TLSD_SERVER_SNAPSHOT_SNAPSHOT_H

/*
 * Everything that a reload can change, immutable and reference-counted: the configuration as
 * read, and each service with its certificates, policy and responder. A connection holds a
 * reference from accept to close, so a reload does not change how it is served. Made by the main
 * thread at the start and by the loader's thread at a reload; any thread reads it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address;
struct conf;
struct monitor;
struct findings;
struct route;
struct service;
struct snapshot;
struct stringlist;
struct verbosity;

/*
 * Reads the configuration at `path`, prepares all services and proves each (tls/proof/proof.h). A
 * service with bad certificates is left out if its on-bad-cert says so. Problems go into
 * `findings`, each with its place. Returns a snapshot with one reference, or NULL after an error.
 * If it replaces `old`, which may be NULL, clients of a service that keeps its name can still
 * resume their sessions.
 */
struct snapshot *snapshot_new(
    const char *path, const struct snapshot *old, struct findings *findings);

/*
 * Looks up the names of its backends, and waits until all lookups have ended, 2 seconds at most.
 * Adds a warning to `findings` for each name that does not resolve. The backend then keeps the
 * addresses that an older snapshot has found, or counts as down until it resolves. A start calls
 * it after its rights are given up, because the threads of lookups that hang stay. Main thread or
 * the loader's.
 */
void snapshot_resolve(const struct snapshot *snapshot, struct findings *findings);

/* Connects its responders to the server's own metrics, which outlive them. Must be called before
 * it serves. Main thread. */
void snapshot_show(struct snapshot *snapshot, const struct monitor *monitor);

/* Returns another reference. Any thread. */
struct snapshot *snapshot_take(struct snapshot *snapshot);

/* Drops a reference; the last one frees. Accepts NULL. Any thread. */
void snapshot_drop(struct snapshot *snapshot);

const struct conf *snapshot_conf(const struct snapshot *snapshot);
const struct verbosity *snapshot_verbosity(const struct snapshot *snapshot);

/* Returns the service that answers challenges (acmeservice.h), which is not among the others, or
 * NULL. */
const struct service *snapshot_challenges(const struct snapshot *snapshot);

/* Return the number of services that serve, and one of them, in the order of the file. */
size_t snapshot_service_count(const struct snapshot *snapshot);
const struct service *snapshot_service(const struct snapshot *snapshot, size_t index);

/* Returns the serving service of that name, or NULL. */
const struct service *snapshot_find(const struct snapshot *snapshot, const char *name);

/* Return the number of addresses where it listens, and the route at one of them. A service that
 * on-bad-cert has left out is still in the route of an address where others serve. */
size_t snapshot_route_count(const struct snapshot *snapshot);
const struct route *snapshot_route(const struct snapshot *snapshot, size_t index);

/* Returns the route at that address, or NULL. */
const struct route *snapshot_find_route(
    const struct snapshot *snapshot, const struct address *address);

/* Returns "NAME: REASON" for each service that on-bad-cert has left out. */
const struct stringlist *snapshot_skipped(const struct snapshot *snapshot);

/* Returns when it was made, in seconds since 1970. */
int64_t snapshot_time(const struct snapshot *snapshot);

/* Returns the result of certwatch_state() from just before the files were loaded. */
unsigned long long snapshot_files_state(const struct snapshot *snapshot);

/* Returns the earliest service_next_end() of all services, 0 if there is none. */
int64_t snapshot_next_end(const struct snapshot *snapshot, int64_t now);

/* Adds a warning for each certificate that has ended, or will end within its warn-days. */
void snapshot_warn(const struct snapshot *snapshot, struct findings *findings);

#endif
