/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TICKETKEYS_H
#define TLSD_TLS_TICKETKEYS_H

/*
 * Master keys of session tickets (RFC 8446, 4.6.1; RFC 5077): one of them issues, all of them
 * are accepted. The library makes the keys that encrypt from a master and the time, another
 * for every three session lifetimes, and accepts those of the last period too. Not changed
 * after they were bound, so any thread may read them then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TICKETKEY_SIZE = 64, TICKETKEY_NAME_SIZE = 16, TICKETKEYS_MAX = 32 };

struct ticketkey {
	int64_t begins; /* when it starts to issue; seconds since 1970 */
	unsigned char bytes[TICKETKEY_SIZE];
};

/* At least one; the one that begins last comes first. */
struct ticketkeys {
	size_t count;
	struct ticketkey items[TICKETKEYS_MAX];
};

/* One random key that has begun already. 0, or -1 when there is no randomness. */
int ticketkeys_random(struct ticketkeys *keys);

/*
 * Reads the file `path`: lines with the time as 2026-11-24T04:00:00Z and the key in base64;
 * empty ones and those that start with # are passed over. Returns 0; -1 after an error that
 * names file, line and remedy, and then there are no keys. Warns of rights that are too wide.
 */
struct findings;
int ticketkeys_read(
    const char *path, struct ticketkeys *keys, struct findings *findings);

/* Adds one, of which there may be TICKETKEYS_MAX. */
void ticketkeys_add(struct ticketkeys *keys, const struct ticketkey *key);

/* The file that ticketkeys_read() reads. The caller wipes and frees it. */
char *ticketkeys_write(const struct ticketkeys *keys);

/* Replaces each key by one that only those who know `rules`, of `size` bytes, arrive at: no
 * ticket is accepted where others hold. 0, or -1 if the library fails. */
int ticketkeys_bind(struct ticketkeys *keys, const void *rules, size_t size);

/* The one that issues at `now`, the last that has begun; none has: the first that will. */
const struct ticketkey *ticketkeys_issuing(const struct ticketkeys *keys, int64_t now);

/*
 * The one that made a ticket with this name, at most a period of three `lifetime` seconds
 * from now; NULL if none did.
 */
const struct ticketkey *ticketkeys_named(const struct ticketkeys *keys,
    const unsigned char name[TICKETKEY_NAME_SIZE], unsigned lifetime, int64_t now);

/* Removes the one that begins first. */
void ticketkeys_wipe_last(struct ticketkeys *keys);

void ticketkeys_wipe(struct ticketkeys *keys);

#endif
