/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SECRETS_TICKETKEYS_H
#define TLSD_TLS_SECRETS_TICKETKEYS_H

/*
 * Master keys of session tickets (RFC 8446, 4.6.1; RFC 5077). One of them issues tickets; all
 * of them are accepted. The library derives the encryption keys from a master and the time, a
 * new one every three session lifetimes. It also accepts those of the last period. They do not
 * change after they are bound, so any thread may read them then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TICKETKEY_SIZE = 64, TICKETKEY_NAME_SIZE = 16, TICKETKEYS_MAX = 32 };

struct ticketkey {
	int64_t begins; /* when it starts to issue; seconds since 1970 */
	unsigned char bytes[TICKETKEY_SIZE];
};

/* There is at least one key; the one that begins last comes first. */
struct ticketkeys {
	size_t count;
	struct ticketkey items[TICKETKEYS_MAX];
};

/* Makes one random key that has begun already. Returns 0, or -1 without randomness. */
int ticketkeys_random(struct ticketkeys *keys);

/*
 * Reads the file `path`: lines with the time as 2026-11-24T04:00:00Z and the key in base64.
 * Empty lines and those that start with # are skipped. Returns 0, or -1 after an error that
 * names file, line and remedy; then there are no keys. Warns of permissions that are too wide.
 */
struct findings;
int ticketkeys_read(
    const char *path, struct ticketkeys *keys, struct findings *findings);

/* Adds a key. The maximum is TICKETKEYS_MAX. */
void ticketkeys_add(struct ticketkeys *keys, const struct ticketkey *key);

/* Returns the contents of the file that ticketkeys_read() reads. The caller wipes and frees it. */
char *ticketkeys_write(const struct ticketkeys *keys);

/* Replaces each key by one derived from it and from `rules`, `size` bytes: under other rules,
 * no ticket is accepted. Returns 0, or -1 if the library fails. */
int ticketkeys_bind(struct ticketkeys *keys, const void *rules, size_t size);

/* Returns the key that issues at `now`: the last one that has begun or, if none has, the next
 * one. */
const struct ticketkey *ticketkeys_issuing(const struct ticketkeys *keys, int64_t now);

/*
 * Returns the key that made a ticket with this name, at most a period of three `lifetime`
 * seconds from `now`, or NULL if none did.
 */
const struct ticketkey *ticketkeys_named(const struct ticketkeys *keys,
    const unsigned char name[TICKETKEY_NAME_SIZE], unsigned lifetime, int64_t now);

/* Removes the key that begins first. */
void ticketkeys_wipe_last(struct ticketkeys *keys);

void ticketkeys_wipe(struct ticketkeys *keys);

#endif
