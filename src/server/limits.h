/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LIMITS_H
#define TLSD_SERVER_LIMITS_H

/*
 * Who may connect, how many at once and how often: for the process and for each service. A
 * refusal costs no worker and no memory. What is counted goes on counting across reloads,
 * by the services' names. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/stringlist.h"

struct address;
struct findings;
struct gate;
struct limits;

/* Of `accept_rate`: the number is a second's, and the burst what may come at once. */
struct limit_settings {
	int64_t max_workers; /* that its connections may have at once; 0: all */
	int64_t max_clients; /* connections at once; 0: any number */
	int64_t max_per_ip; /* of one client; 0: any number */
	char *accept_rate; /* "100", "100 burst 500"; "" for any */
	struct stringlist allow, deny; /* networks */
};

/* Checks what can be wrong; errors go into `findings`, each starting with its key. */
void limits_check(const struct limit_settings *settings, struct findings *findings);

struct limits *limits_new(void);

/* No connection may be counted any more. */
void limits_free(struct limits *limits);

/* Puts settings in force that limits_check() had nothing against: the process's own, and
 * those of a service. */
void limits_set_process(struct limits *limits, const struct limit_settings *settings);
void limits_set_service(
    struct limits *limits, const char *name, const struct limit_settings *settings);

/* The gate of a service that was set; it lives as long as `limits`. */
struct gate *limits_gate(const struct limits *limits, const char *name);

/* The gate of the process. */
struct gate *limits_process(struct limits *limits);

/*
 * Lets a client in through one gate, to be given back with limits_leave(), or names the
 * failure and points `*reason` at a constant.
 */
enum failure limits_enter(
    struct gate *gate, const struct address *peer, const char **reason);
void limits_leave(struct gate *gate, const struct address *peer);

/* Takes back that a client was let in, as if it had never come. */
void limits_cancel(struct gate *gate, const struct address *peer);

/* One more connection behind `gate` wants a worker: false while its service has as many as
 * it may. True is to be given back. */
bool limits_take_worker(struct gate *gate);
void limits_give_worker(struct gate *gate);

/* Whether the workers of its service are bounded at all. */
bool limits_bound_workers(const struct gate *gate);

#endif
