/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVER_H
#define TLSD_SERVER_SERVER_H

/*
 * The server: the main thread's side of it, which accepts, admits, enqueues, drains, reloads
 * and stops, and the pool behind. All functions belong to the main thread.
 */

#include <signal.h>
#include <stdint.h>

struct findings;
struct server;
struct snapshot;

/* The signals that a server takes; block them before the first thread starts. */
void server_signals(sigset_t *signals);

/*
 * Binds everything that `snapshot`, made from the file `path`, says; takes a reference.
 * Starts no thread. NULL after an error in `findings`.
 */
struct server *server_new(
    const char *path, struct snapshot *snapshot, struct findings *findings);

/* Starts the workers. 0, or -1 with an error in `findings`. */
int server_start(struct server *server, struct findings *findings);

/* Serves until it has been told to stop, by SIGTERM or SIGINT, and all is done. */
void server_run(struct server *server);

void server_free(struct server *server);

/*
 * What SIGHUP does: makes a new snapshot and uses it. 0, or -1 with the reasons in
 * `findings` and the old one still in use.
 */
int server_reload(struct server *server, struct findings *findings);

/* What SIGTERM does: drains; the second time it cuts. */
void server_stop(struct server *server);

/* Numbers for status reports. */
struct server_numbers {
	uint64_t done, failed; /* connections ended, since the start */
	uint64_t waiting, queued, working, lingering;
	uint64_t workers;
	int64_t started, loaded; /* seconds since 1970 */
};
void server_count(struct server *server, struct server_numbers *numbers);

#endif
