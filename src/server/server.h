/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVER_H
#define TLSD_SERVER_SERVER_H

/*
 * The server: the main thread's side of it, which accepts, admits, enqueues, drains, reloads
 * and stops, and the pool behind. All functions belong to the main thread.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct activation;
struct conf_process;
struct control;
struct control_caller;
struct findings;
struct loop;
struct notify;
struct overview;
struct pidfile;
struct sandbox;
struct server;
struct snapshot;
struct takeover;

/* Where the server comes from: what it needs to know for a reload. */
struct server_origin {
	const char
	    *path; /* of the configuration; the caller's, and outlives the server */
	uid_t user; /* that the daemon is or becomes */
	gid_t group;
	bool daemon; /* there is no standard error to log to */
	const struct sandbox *sandbox; /* likewise */
	struct activation *activation; /* of listeners, during server_new(); or NULL */
	struct takeover
	    *takeover; /* of another's listeners, until server_own(); or NULL */
};

/* Adds an error if `conf` has the log in a descriptor, such as /dev/stdout, and the process is a
 * daemon, which closes these. */
void server_check_log(
    const struct conf_process *conf, bool daemon, struct findings *findings);

/* Logs as `conf` says; a daemon without a log file to syslog(3). 0, or -1 with errno and
 * nothing changed. */
int server_open_log(const struct conf_process *conf, bool daemon);

/*
 * Binds everything that `snapshot`, made from `origin`, says; takes a reference. Starts no
 * thread; signals_block() comes before it. NULL after an error in `findings`.
 */
struct server *server_new(const struct server_origin *origin, struct snapshot *snapshot,
    struct findings *findings);

/* Entrusts it with what goes to another process along with the listeners (handover.h): `control`
 * of its loop, `pidfile`, and `notify`, which it tells its state. All may be NULL, stay the
 * caller's and outlive it. */
void server_entrust(struct server *server, struct control *control,
    struct pidfile *pidfile, struct notify *notify);

/* What it has taken over is its own: the other process has confirmed. */
void server_own(struct server *server);

/* Starts the workers. 0, or -1 with an error in `findings`. */
int server_start(struct server *server, struct findings *findings);

/* Serves until it has been told to stop, by SIGTERM or SIGINT, and all is done. */
void server_run(struct server *server);

void server_free(struct server *server);

/*
 * What SIGHUP does: begins a reload, which makes a new snapshot in a thread of its own, uses it, and
 * logs how that went; while one runs, another one follows it. Returns the number of the reload, for
 * which control_conclude() is called at its end with the findings; 0 if the server is stopping.
 */
unsigned server_ask_reload(struct server *server);

/* What SIGTERM does: drains; the second time it cuts. */
void server_stop(struct server *server);

/* Offers its place to the caller, as handover.h has it; notes what it keeps; and leaves it the
 * place, to finish what has begun. Each -1 if it cannot. */
int server_offer(struct server *server, struct control_caller *caller);
int server_leave(struct server *server, const struct control_caller *caller);

/* Asks, through the answers of `respond = status` services, to be sent no more clients, and
 * goes on serving; and takes that back. -1 while it is stopping. */
int server_drain(struct server *server);
int server_resume(struct server *server);

/*
 * Ends the connection `id`, wherever it is; its class is then FAILURE_KILLED. -1 if there is
 * none.
 */
int server_kill(struct server *server, uint64_t id);

/* What it can tell of itself. */
struct overview *server_overview(const struct server *server);

/* Prints as status_print() and status_print_connections() do. */
void server_print_status(const struct server *server, FILE *out);
void server_print_connections(const struct server *server, size_t max, FILE *out);

/* What the process has given up, in words. */
const char *server_sandbox(const struct server *server);

/* The loop that server_run() turns, for what else shall live in the main thread. */
struct loop *server_loop(const struct server *server);

#endif
