/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_CONTEXT_H
#define TLSD_TLS_SESSION_CONTEXT_H

/*
 * The configuration that all sessions of a service share: its key pairs in order of preference,
 * its policy, its application protocols and the clients that it accepts. Immutable after
 * context_new(), so any thread may use it. It must outlive its sessions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text/stringlist.h"
#include "tls/clientauth/clientauth.h"
#include "tls/keys/pairs.h"
#include "tls/policy/policy.h"

struct context;
struct peercert;
struct findings;
struct keyring;
struct pskauth;
struct refusal;
struct session;
struct tickets;

struct context_settings {
	struct pairs_settings pairs;
	struct stringlist alpn; /* by preference; empty: the extension is ignored */
	struct policy_settings policy;
	struct clientauth_settings client;
	bool session_tickets; /* clients may resume */
	char *ticket_key_file; /* "": a random key of this process */
	int64_t session_timeout_ms; /* lifetime; at most a week (RFC 8446, 4.6.1) */
};

/*
 * Loads and checks everything for the service with that name, its pairs by `keyring`. Errors
 * and warnings go into `findings`, each text starting with its key. Returns a context that
 * context_free() frees, or NULL after an error.
 */
struct context *context_new(const char *service,
    const struct context_settings *settings, struct keyring *keyring,
    struct findings *findings);
void context_free(struct context *context);

/*
 * Makes a context for sessions that only answer the challenges of certificate authorities, with
 * the pairs in `folder` (challenge.h) instead of its own: TLS 1.2 or later, without tickets.
 * Returns as context_new() does.
 */
struct context *context_new_for_challenges(
    const char *folder, struct findings *findings);

/* Returns the folder of context_new_for_challenges(), or NULL. */
const char *context_challenges(const struct context *context);

/* Makes `context`, which replaces `old` at a reload, accept tickets of `old`. Does nothing if
 * they check clients by other authorities or pre-shared keys, or if either has its keys from a
 * file. */
void context_inherit(struct context *context, const struct context *old);

/* Prints certificates and policy, each line after `indent`. */
void context_print(const struct context *context, FILE *out, const char *indent);

/*
 * Prepares a fresh session for a client whose hello wants, or does not want, P-256. Returns 0,
 * or -1 when memory is exhausted. Only for files under src/tls/.
 */
struct gnutls_session_int;
int context_equip(
    const struct context *context, struct gnutls_session_int *session, bool wants_p256);

/* Prepares a session for the group of its client, if a hybrid group is possible, before the library
 * reads `hello`. Returns 0 or a code of the library. */
struct clienthello;
int context_equip_group(const struct context *context,
    struct gnutls_session_int *session, const struct clienthello *hello);

/* Prepares a session further once its version is known to be TLS 1.2. Returns 0 or a code of
 * the library. */
int context_equip_tls12(
    const struct context *context, struct gnutls_session_int *session);

/* Returns the pair for a client as pairs_choose() does. context_chooses_pairs() is true if
 * there is a choice. A prepared session points to the pair as pairs_credentials() says. */
struct clientcaps;
const struct offer *context_choose(const struct context *context, const char *host,
    const struct clientcaps *client, bool tls13);
bool context_chooses_pairs(const struct context *context);

/*
 * Makes `session` a client for this service that accepts only `signatures`, as
 * policy_equip_client() does. Returns 0 or -1.
 */
int context_equip_client(const struct context *context,
    struct gnutls_session_int *session, const char *signatures);

/* Return the policy and the key pairs, owned by the context. A context for challenges has no
 * pairs: NULL. */
const struct policy *context_policy(const struct context *context);
const struct pairs *context_pairs(const struct context *context);

/* Returns the rules for clients' certificates, or NULL if none is requested. */
const struct clientauth *context_clientauth(const struct context *context);

/* Returns the pre-shared keys of clients, or NULL if none is accepted. */
const struct pskauth *context_pskauth(const struct context *context);

/* True if the service would accept a client with these certificates or this pre-shared key.
 * Otherwise fills in the refusal. */
bool context_accepts(const struct context *context, const struct peercert *peercert,
    struct refusal *refusal);

/* True if the service checks the client's certificate, or its pre-shared key. */
bool context_checks(const struct context *context, const struct peercert *peercert);

/* Returns the service's tickets. */
const struct tickets *context_tickets(const struct context *context);

/* True if the policy enables `version`, a gnutls_protocol_t. */
bool context_speaks(const struct context *context, unsigned version);

#endif
