/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CONTEXT_H
#define TLSD_TLS_CONTEXT_H

/*
 * What all sessions of a service share: its key pairs in the order in which they are
 * preferred, its policy, its application protocols and which clients it takes. Immutable
 * once made, so any thread may use it; it must outlive its sessions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/stringlist.h"
#include "tls/clientauth.h"
#include "tls/pairs.h"
#include "tls/policy.h"

struct context;
struct evidence;
struct findings;
struct keyring;
struct refusal;
struct session;

struct context_settings {
	struct pairs_settings pairs;
	struct stringlist alpn; /* most wanted first; empty: the extension is ignored */
	struct policy_settings policy;
	struct clientauth_settings client;
	bool session_tickets; /* clients may resume */
	char *ticket_key_file; /* "": a key of the process' own */
	int64_t session_timeout_ms; /* for how long; at most a week (RFC 8446, 4.6.1) */
};

/*
 * Loads everything for the service of that name, its pairs by `keyring`, and checks it. Errors and
 * warnings go into `findings`, each text starting with its key. Returns a context that context_free() frees;
 * NULL after an error.
 */
struct context *context_new(const char *service,
    const struct context_settings *settings, struct keyring *keyring,
    struct findings *findings);
void context_free(struct context *context);

/* Lets tickets of `old` be accepted by `context`, which takes its place at a reload, unless
 * they check clients by other authorities, or either has its keys from a file. */
void context_inherit(struct context *context, const struct context *old);

/* Prints certificates and policy, a line each behind `indent`. */
void context_print(const struct context *context, FILE *out, const char *indent);

/*
 * For files under src/tls/ only: gives a fresh session what it needs, for a client whose
 * hello does, or does not, want P-256. 0, or -1 when memory is exhausted.
 */
struct gnutls_session_int;
int context_equip(
    const struct context *context, struct gnutls_session_int *session, bool wants_p256);

/* Gives a session what it needs once its version is known to be TLS 1.2. Returns 0 or a code of
 * the library. */
int context_equip_tls12(
    const struct context *context, struct gnutls_session_int *session);

/* Returns the pair for a client as pairs_choose() does. context_chooses_pairs() is true if it has a
 * choice. A session that is equipped points to the pair as pairs_credentials() says. */
struct capabilities;
const struct offer *context_choose(const struct context *context, const char *host,
    const struct capabilities *client, bool tls13);
bool context_chooses_pairs(const struct context *context);

/*
 * Makes `session` a client that this service was made for, but that accepts only
 * `signatures`, as policy_equip_client() does. 0 or -1.
 */
int context_equip_client(const struct context *context,
    struct gnutls_session_int *session, const char *signatures);

/* The policy and the key pairs, owned by the context. */
const struct policy *context_policy(const struct context *context);
const struct pairs *context_pairs(const struct context *context);

/* What clients' certificates are checked by; NULL where none is asked for. */
const struct clientauth *context_clientauth(const struct context *context);

/* Whether a client with these certificates would be served; otherwise with the refusal
 * filled in. */
bool context_accepts(const struct context *context, const struct evidence *evidence,
    struct refusal *refusal);

/*
 * Makes a session that was equipped accept the ticket in a ClientHello (the message without
 * its header), whichever of the keys it is by. For sessions that want it by
 * context_chooses_ticket_keys().
 */
void context_choose_ticket_key(const struct context *context,
    struct gnutls_session_int *session, unsigned char *hello, size_t size);
bool context_chooses_ticket_keys(const struct context *context);

/*
 * Makes a session that was equipped accept and issue only tickets that belong to the server name
 * `name` (RFC 6066, 3), which the library does not see; for its first ClientHello, which is
 * given as to context_choose_ticket_key(). 0, or -1 if the library fails.
 */
int context_bind_tickets(const struct context *context,
    struct gnutls_session_int *session, const char *name, size_t name_size,
    unsigned char *hello, size_t size);

/* Whether sessions get a ticket. */
bool context_has_tickets(const struct context *context);

/* Whether the policy enables `version`, a gnutls_protocol_t. */
bool context_speaks(const struct context *context, unsigned version);

#endif
