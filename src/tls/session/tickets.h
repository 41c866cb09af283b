/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_TICKETS_H
#define TLSD_TLS_SESSION_TICKETS_H

/*
 * The session tickets of a service (RFC 8446, 4.6.1; RFC 5077): the keys that make them, and how
 * a session gets these. Any thread may read it once the context that contains it is complete.
 * Functions for a session return 0 or a negative code of the library.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/secrets/ticketkeys.h"

struct findings;
struct gnutls_session_int;

struct tickets {
	struct ticketkeys masters;
	struct ticketkeys keys; /* masters, bound; none: no tickets */
	unsigned lifetime; /* seconds */
	bool are_shared; /* the masters are from a file */
};

/* Reads the masters from `file`, or makes a random one if it is "". `lifetime_ms` is at most a
 * week. tickets_bind() must follow. */
void tickets_init(struct tickets *tickets, const char *file, int64_t lifetime_ms,
    struct findings *findings);

/* Binds the keys to `rules`, `size` bytes: a client resumes only under the same rules. Returns 0,
 * or -1 if the library fails. */
int tickets_bind(struct tickets *tickets, const void *rules, size_t size);

/* Takes the masters of `old`, unless either has its masters from a file, or none. Returns true
 * if it did: tickets_bind() must follow. */
bool tickets_inherit(struct tickets *tickets, const struct tickets *old);

/* Wipes the keys. */
void tickets_fini(struct tickets *tickets);

/* Makes a fresh session issue and accept tickets, if there are any. */
int tickets_equip(const struct tickets *tickets, struct gnutls_session_int *session);

/* Makes a prepared session accept the ticket in a ClientHello (the message without its header),
 * whichever of the keys made it. */
void tickets_choose_key(const struct tickets *tickets,
    struct gnutls_session_int *session, unsigned char *hello, size_t size);

/*
 * Makes a prepared session accept and issue only tickets that belong to the server name `name`
 * (RFC 6066, 3), which the library does not see. Call it for the first ClientHello, given as to
 * tickets_choose_key().
 */
int tickets_bind_name(const struct tickets *tickets, struct gnutls_session_int *session,
    const char *name, size_t name_size, unsigned char *hello, size_t size);

/* True if a ServerHello of TLS 1.3 (RFC 8446, 4.1.3; without its header) selects a ticket or
 * another pre-shared key. */
bool tickets_are_selected(unsigned char *hello, size_t size);

#endif
