/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVER_H
#define TLSD_SERVER_SERVER_H

/* The server: the main thread, which accepts, admits, enqueues, drains, reloads and stops, and
 * the pool of workers. All functions belong to the main thread. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "server/serverparts.h"

struct control;
struct control_caller;
struct findings;
struct loop;
struct notify;
struct serverinfo;
struct pidfile;
struct server;
struct snapshot;

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

/* Returns the loop that server_run() turns, for other parts of the main thread. */
struct loop *server_loop(const struct server *server);

#endif
