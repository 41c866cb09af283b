/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKENDS_H
#define TLSD_RESPONDERS_BACKENDS_H

/*
 * The backends of a service, which one a client is to get, and which of them are left out for
 * a while because they did not answer. Names are looked up by base/resolver.h. Any thread, all at
 * once.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct findings;
struct resolver_name;
struct stringlist;

/* How the first one to be tried is chosen. */
enum balance { BALANCE_FIRST, BALANCE_ROUND_ROBIN, BALANCE_SOURCE };

/* One item of `connect`. */
struct backend {
	char *name; /* as configured */
	struct resolver_name *host; /* NULL: it has an address */
	struct address address; /* if it has no name */
	_Atomic(int64_t) avoid_until_ns;
};

struct backends {
	size_t count;
	struct backend *list;
	enum balance balance;
	_Atomic(uint32_t) turn; /* of round-robin */
};

/* What each balance is called; NULL behind the last. */
const char *backends_balance_name(int index);

/*
 * Returns the backends of the list `names`. Host names among them are looked up at the next
 * resolver_await(), and then every `resolve_every_ms`. Returns NULL after an error in `findings`,
 * and if there are none.
 */
struct backends *backends_new(const struct stringlist *names, enum balance balance,
    int64_t resolve_every_ms, struct findings *findings);
void backends_free(struct backends *backends);

/* Adds a warning for each backend whose name does not resolve. */
void backends_warn(const struct backends *backends, struct findings *findings);

/* The index of the one that is to be tried first for a client at `peer`. */
size_t backends_choose(struct backends *backends, const struct address *peer);

/* Copies the addresses of the backend. Returns how many there are, 0 as long as its name has not
 * resolved; then `reason`, a text of ADDRESS_TEXT_SIZE bytes, tells why. */
int backend_addresses(
    const struct backend *backend, struct address addresses[ADDRESS_MAX], char *reason);

bool backend_is_avoided(const struct backend *backend);

/* Leaves a backend out for a while; `words` name it and tell why, for the log. */
void backend_avoid(struct backend *backend, const char *words);

/* It has answered. */
void backend_welcome(struct backend *backend);

#endif
