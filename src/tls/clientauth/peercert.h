/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_PEERCERT_H
#define TLSD_TLS_CLIENTAUTH_PEERCERT_H

/*
 * Peer certificates: those that a client gave, possibly none, and the host that it named. Kept
 * apart from the session, so that another thread can check the client again under other rules.
 * Immutable; any thread may read it.
 */

struct clientchain;
struct clienthello;
struct peercert;

/* Returns a copy of `chain` and of the names in `hello`, which peercert_free() frees, or NULL
 * when memory is exhausted. */
struct peercert *peercert_new(
    const struct clientchain *chain, const struct clienthello *hello);
void peercert_free(struct peercert *peercert);

/* Return the copies, which live as long as `peercert`. */
const struct clientchain *peercert_chain(const struct peercert *peercert);
const struct clienthello *peercert_hello(const struct peercert *peercert);

#endif
