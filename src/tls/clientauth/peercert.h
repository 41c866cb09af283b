/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_PEERCERT_H
#define TLSD_TLS_CLIENTAUTH_PEERCERT_H

/*
 * Peer certificates: those that a client gave, possibly none, the pre-shared key that it used,
 * and the host that it named. Kept apart from the session, so that another thread can check the
 * client again under other rules.
 * Immutable; any thread may read it.
 */

#include <stdbool.h>

struct clientchain;
struct clienthello;
struct peercert;

/* The pre-shared key by which a client proved its identity. */
enum { PEERPSK_IDENTITY_MAX = 128, PEERPSK_HASH_SIZE = 32 };
struct peerpsk {
	unsigned identity_size; /* 0: it used none */
	char identity[PEERPSK_IDENTITY_MAX];
	unsigned char key_hash[PEERPSK_HASH_SIZE]; /* SHA-256 */
};

/* Returns a copy of `chain`, of `psk` and of the names in `hello`, which peercert_free() frees,
 * or NULL when memory is exhausted. */
struct peercert *peercert_new(const struct clientchain *chain,
    const struct peerpsk *psk, const struct clienthello *hello);
void peercert_free(struct peercert *peercert);

/* Return the copies, which live as long as `peercert`. */
const struct clientchain *peercert_chain(const struct peercert *peercert);
const struct peerpsk *peercert_psk(const struct peercert *peercert);
const struct clienthello *peercert_hello(const struct peercert *peercert);

/* True if the client gave a certificate or used a pre-shared key. */
bool peercert_is_named(const struct peercert *peercert);

#endif
