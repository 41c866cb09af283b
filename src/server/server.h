/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVER_H
#define TLSD_SERVER_SERVER_H

/* The server: the main thread, which accepts, admits, enqueues, drains, reloads and stops, and
 * the pool of workers. All functions belong to the main thread. */

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
struct serverinfo;
struct pidfile;
struct sandbox;
struct server;
struct snapshot;
struct inheritance;

/* How the server was started; a reload needs it. */
struct server_origin {
	const char
	    *path; /* of the configuration; owned by the caller, outlives the server */
	uid_t user; /* the user that the daemon is or becomes */
	gid_t group;
	bool daemon; /* logs cannot go to standard error */
	const struct sandbox *sandbox; /* owned by the caller, outlives the server */
	struct activation
	    *activation; /* source of listeners during server_new(); or NULL */
	struct inheritance
	    *inheritance; /* source of listeners until server_own(); or NULL */
};

/* Adds an error if `conf` has the log in a descriptor, such as /dev/stdout, and the process is a
 * daemon, which closes these. */
void server_check_log(
    const struct conf_process *conf, bool daemon, struct findings *findings);

/* Opens the log that `conf` names; a daemon without a log file logs to syslog(3). Returns 0, or
 * -1 with errno and nothing changed. */
int server_open_log(const struct conf_process *conf, bool daemon);

/*
 * Makes a server and binds all addresses of `snapshot`, which was made from `origin`; takes a
 * reference. Starts no thread. signals_block() must be called before. Returns NULL after an error
 * in `findings`.
 */
struct server *server_new(const struct server_origin *origin, struct snapshot *snapshot,
    struct findings *findings);

/*
 * Gives the server the other parts that it hands over with its listeners (handover.h): `control`
 * in its loop, `pidfile`, and `notify`, which it tells its state. All may be NULL. The caller
 * still owns them, and they outlive the server.
 */
void server_entrust(struct server *server, struct control *control,
    struct pidfile *pidfile, struct notify *notify);

/* Makes the inherited parts its own, because the other process has confirmed. */
void server_own(struct server *server);

/* Starts the workers. Returns 0, or -1 with an error in `findings`. */
int server_start(struct server *server, struct findings *findings);

/* Serves until it has been told to stop, by SIGTERM or SIGINT, and all connections have ended. */
void server_run(struct server *server);

/* True if a reload is running. Nothing can interrupt it: server_free() waits for it, for ever if a
 * disk does not answer. */
bool server_is_reloading(const struct server *server);

void server_free(struct server *server);

/*
 * Begins a reload, as SIGHUP does. It makes a new snapshot in a thread of its own, uses it, and
 * logs the result. If a reload is running, another one follows it. Returns the number of the
 * reload, for which control_conclude() is called at its end with the findings; 0 if the server is
 * stopping.
 */
unsigned server_ask_reload(struct server *server);

/* Drains and stops, as SIGTERM does. The second call cuts the remaining connections. */
void server_stop(struct server *server);

/* Offer its place to the caller, as handover.h documents it; and leave the place to it, to finish
 * the connections that have begun. Both return -1 if that fails. */
int server_offer(struct server *server, struct control_caller *caller);
int server_leave(struct server *server, const struct control_caller *caller);

/* Asks for no more clients, through the answers of `respond = status` services, and goes on
 * serving; and takes that back. Both return -1 while the server is stopping. */
int server_drain(struct server *server);
int server_resume(struct server *server);

/* Ends the connection `id` in any stage, with the class FAILURE_KILLED. Returns -1 if it does not
 * exist. */
int server_kill(struct server *server, uint64_t id);

/* Returns the information about the server. */
struct serverinfo *server_overview(const struct server *server);

/* Print what statustext_print() and statustext_print_connections() print. */
void server_print_status(const struct server *server, FILE *out);
void server_print_connections(const struct server *server, size_t max, FILE *out);

/* Returns the sandbox in words, as sandbox_describe() does. */
const char *server_sandbox(const struct server *server);

/* Returns the loop that server_run() turns, for other parts of the main thread. */
struct loop *server_loop(const struct server *server);

#endif
