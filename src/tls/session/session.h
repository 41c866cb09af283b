/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_SESSION_H
#define TLSD_TLS_SESSION_SESSION_H

/*
 * A TLS session on the server side, and what is known of it. handshake.h makes it, appdata.h
 * reads and writes, await.h waits, closure.h ends it. All calls block within the transport's
 * deadlines. The first thing that goes wrong is kept as a failure with a reason in words. A
 * session belongs to one thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "tls/session/sessionfacts.h"

struct address;
struct identity;
struct offer;
struct peercert;
struct session;
struct transport;

/* Returned by calls that give up a wait: pause.h. It is not POLLIN. */
#define SESSION_PARKED 2

void session_free(struct session *session);

/* Continues over another transport, which has taken over from the one that was parked. */
void session_move(struct session *session, struct transport *transport);

/*
 * Records a failure of the caller, so that an alert, internal_error, tells the client that the
 * answer is incomplete. The first failure stays. Returns -1.
 */
int session_fail(struct session *session, enum failure failure, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

enum failure session_failure(const struct session *session);

/* Returns the reason in words; "" without a failure. */
const char *session_reason(const struct session *session);

/* Sets the addresses of the client and of the server for a socket that does not know them. Both
 * outlive the session. */
void session_introduce(
    struct session *session, const struct address *peer, const struct address *local);

/* Return the client's address and the address that it connected to: those of
 * session_introduce(), or otherwise those of the socket. */
void session_peer(const struct session *session, struct address *peer);
void session_local(const struct session *session, struct address *local);

/* Set and return the session's number in the log; 0 if none was set. */
void session_set_id(struct session *session, uint64_t id);
uint64_t session_id(const struct session *session);

/* Returns the identity from the client's certificate or pre-shared key, or NULL if it gave none.
 * Call it after session_handshake(); the result lives as long as the session. It is verified
 * unless the handshake failed. */
const struct identity *session_identity(const struct session *session);

/* Returns a copy of the client's certificates, possibly none, of its pre-shared key, of the host
 * that it named and of the negotiated protocol. The caller frees it. NULL when memory is
 * exhausted. */
struct peercert *session_peercert(const struct session *session);

/* True if session_handshake() returned early: what the client then still sends is its part of
 * the handshake, and unverified. */
bool session_is_early(const struct session *session);

/* True if it returned early in a session that is resumed. Then a session_write() of more than
 * fits into the first flight, or session_finish(), completes the handshake. */
bool session_is_ahead(const struct session *session);

/* Returns the offer that the session presents to the client, owned by its context. NULL if it
 * answers a challenge. */
const struct offer *session_offer(const struct session *session);

void session_facts(const struct session *session, struct session_facts *facts);

#endif
