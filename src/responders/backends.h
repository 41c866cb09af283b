/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKENDS_H
#define TLSD_RESPONDERS_BACKENDS_H

/*
 * The backends of a service, which one a client is to get, and which of them are left out for
 * a while because they did not answer. Any thread, all at once.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct findings;
struct stringlist;

/* How the first one to be tried is chosen. */
enum balance { BALANCE_FIRST, BALANCE_ROUND_ROBIN, BALANCE_SOURCE };

/* One item of `connect`; a host name may have several addresses. */
struct backend {
	char *name; /* as configured */
	struct address addresses[ADDRESS_MAX];
	int address_count;
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

/* Resolves `names`. NULL after an error in `findings`, and if there are none. */
struct backends *backends_new(
    const struct stringlist *names, enum balance balance, struct findings *findings);
void backends_free(struct backends *backends);

/* The index of the one that is to be tried first for a client at `peer`. */
size_t backends_choose(struct backends *backends, const struct address *peer);

bool backend_is_avoided(const struct backend *backend);

/* Leaves a backend out for a while; `words` name it and tell why, for the log. */
void backend_avoid(struct backend *backend, const char *words);

/* It has answered. */
void backend_welcome(struct backend *backend);

#endif
