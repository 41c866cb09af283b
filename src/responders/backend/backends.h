/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKEND_BACKENDS_H
#define TLSD_RESPONDERS_BACKEND_BACKENDS_H

/*
 * The backends of a service, the choice among them, and those that are left out
 * for a while because they did not answer. base/net/resolver.h looks names up. Thread-safe.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/address.h"

struct findings;
struct resolver_name;
struct stringlist;

/* How the first backend to try is chosen. */
enum balance { BALANCE_FIRST, BALANCE_ROUND_ROBIN, BALANCE_SOURCE };

/* One item of `connect`. */
struct backend {
	char *name; /* as configured */
	struct resolver_name *host; /* NULL if it has an address */
	struct address address; /* if it has no host name */
	_Atomic(int64_t) avoid_until_ns; /* 0: it works */
	_Atomic(int64_t) tested_until_ns; /* by a client, after avoid_until_ns */
};

struct backends {
	size_t count;
	struct backend *list;
	enum balance balance;
	_Atomic(uint32_t) turn; /* the counter of round-robin */
};

/* Returns the name of a balance; NULL after the last one. */
const char *backends_balance_name(int index);

/*
 * Returns the backends of the list `names`. Host names among them are looked up at the next
 * resolver_await(), and then every `resolve_every_ms` ms. Returns NULL after an error in
 * `findings`; an empty list is an error.
 */
struct backends *backends_new(const struct stringlist *names, enum balance balance,
    int64_t resolve_every_ms, struct findings *findings);
void backends_free(struct backends *backends);

/* Adds a warning for each backend whose name does not resolve. */
void backends_warn(const struct backends *backends, struct findings *findings);

/* Returns the index of the backend to try first for a client at `peer`. */
size_t backends_choose(struct backends *backends, const struct address *peer);

/* Copies the addresses of the backend and returns their number. It is 0 as long as the name has
 * not resolved. Then `reason`, a text of ADDRESS_TEXT_SIZE bytes, says why. */
int backend_addresses(
    const struct backend *backend, struct address addresses[ADDRESS_MAX], char *reason);

/* False if the backend is left out. When its time is over, returns true to one caller only: that
 * client finds out if the backend works again, in about `timeout_ms`, while it is still left out
 * for the others. */
bool backend_may_try(struct backend *backend, int64_t timeout_ms);

/* Leaves a backend out for a while. `words` name it and say why, for the log. */
void backend_avoid(struct backend *backend, const char *words);

/* Stops leaving the backend out, because it has answered. */
void backend_welcome(struct backend *backend);

#endif
