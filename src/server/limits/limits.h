/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LIMITS_LIMITS_H
#define TLSD_SERVER_LIMITS_LIMITS_H

/*
 * Limits on clients of the process and of each service: their addresses, numbers and rates. A
 * refusal costs neither a worker nor memory. Counts survive reloads, by the services' names. Main
 * thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text/stringlist.h"

struct address;
struct findings;
struct gate;
struct limits;

/* In `accept_rate`, the rate is per second, and the burst is the number that may come at once. */
struct limit_settings {
	int64_t max_workers; /* most workers for its connections at once; 0: all */
	int64_t max_clients; /* connections at once; 0: any number */
	int64_t max_per_ip; /* connections of one client; 0: any number */
	char *accept_rate; /* "100", "100 burst 500"; "" for any */
	struct stringlist allow, deny; /* networks */
};

/* Checks the settings. Errors go into `findings`, each starting with its key. */
void limits_check(const struct limit_settings *settings, struct findings *findings);

struct limits *limits_new(void);

/* Frees the limits; no connection may be counted any more. */
void limits_free(struct limits *limits);

/* Put settings into force in which limits_check() has found no error: those of the process, and
 * those of a service. */
void limits_set_process(struct limits *limits, const struct limit_settings *settings);
void limits_set_service(
    struct limits *limits, const char *name, const struct limit_settings *settings);

/* Returns the gate of a service that limits_set_service() knows; it lives as long as `limits`. */
struct gate *limits_gate(const struct limits *limits, const char *name);

/* Returns the gate of the process. */
struct gate *limits_process(struct limits *limits);

/* Lets a client in through one gate; limits_leave() must follow. Returns FAILURE_NONE, or the
 * failure with `*reason` pointing at a constant. */
enum failure limits_enter(
    struct gate *gate, const struct address *peer, const char **reason);
void limits_leave(struct gate *gate, const struct address *peer);

/* Undoes limits_enter(), including its effect on the rate. */
void limits_cancel(struct gate *gate, const struct address *peer);

/* Takes a worker for a connection of `gate`; limits_give_worker() must follow. Returns false,
 * without taking one, if the service has as many as it may have. */
bool limits_take_worker(struct gate *gate);
void limits_give_worker(struct gate *gate);

/* True if the service has a limit on its workers. */
bool limits_bound_workers(const struct gate *gate);

#endif
