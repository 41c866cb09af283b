/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_RESOLVER_H
#define TLSD_BASE_NET_RESOLVER_H

/*
 * The names of hosts and their addresses, one table for the whole process. Threads of its own
 * look the names up, again and again as long as they are used, because DNS changes. There are
 * 16 threads at most, and at most one for each name; other names wait until a thread is free.
 *
 * getaddrinfo(3) cannot be interrupted. Nothing waits for a lookup that hangs: its thread is
 * detached and uses only memory of the table, which outlives it. Any thread may call each
 * function unless its comment says otherwise. fork(2) does not copy threads, so a process must not
 * fork into its daemon after resolver_await().
 */

#include <stdint.h>

#include "base/net/address.h"
#include "base/deadline.h"

/* One user's share of a name. */
struct resolver_name;

/*
 * Returns a share in the name in `text`, for which address_parse_connect() returns 0.
 * resolver_drop() gives it back. All users of an equal text share its addresses and its lookups.
 * A lookup of the name is due now, then `every_ms` milliseconds, at least 1, after each one that
 * has succeeded. The shortest `every_ms` of all users counts. A lookup that fails is repeated after
 * one second, then after twice as long each time, but always within `every_ms`.
 */
struct resolver_name *resolver_take(const char *text, int64_t every_ms);
void resolver_drop(struct resolver_name *name);

/*
 * Copies the addresses of the last lookup that succeeded. Returns how many there are, 0 if no
 * lookup has succeeded yet. `reason` is "" if the last lookup succeeded, or what failed, a text of
 * at most ADDRESS_TEXT_SIZE bytes.
 */
int resolver_addresses(const struct resolver_name *name,
    struct address addresses[ADDRESS_MAX], char *reason);

/*
 * Starts the lookups that are due. Returns once each name that was taken since the last call
 * has an answer, after `bound_ms` milliseconds, or at resolver_stop(). It logs no failure: the
 * caller asks resolver_addresses(). One thread at a time.
 */
void resolver_await(int64_t bound_ms);

/* Begins to call `wake` after each lookup, from the thread that made it. */
void resolver_start(void (*wake)(void *context), void *context);

/*
 * Starts the lookups that are due, without waiting for them. Returns when it has to be called
 * again, unless `wake` is called earlier. Logs changed addresses and the first of several failures
 * after resolver_await(). Main thread.
 */
struct deadline resolver_turn(void);

/* Starts no more lookups until resolver_start(), and ignores the answers of those that run. `wake`
 * is not called any more. */
void resolver_stop(void);

#endif
