/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_PAIRS_H
#define TLSD_TLS_KEYS_PAIRS_H

/*
 * A service's key pairs, in order of preference, and the choice among them by the host that a
 * client names. Immutable after pairs_new(), so any thread may use them.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "tls/keys/pairsource.h"

struct clientcaps;
struct clientauth;
struct findings;
struct gnutls_certificate_credentials_st;
struct keypair;
struct pairs;

/*
 * Loads the pairs by `keyring` and checks them. Errors and warnings go into `findings`, each
 * text starting with its key. Returns a pointer for pairs_free(), or NULL after an error.
 */
struct pairs *pairs_new(const struct pairs_settings *settings, struct keyring *keyring,
    struct findings *findings);
void pairs_free(struct pairs *pairs);

/* Makes the pairs tell clients which certificates are accepted. Call it before they are shared.
 * Returns 0, or -1 when memory is exhausted. */
int pairs_announce(struct pairs *pairs, const struct clientauth *clientauth);

/*
 * Returns the credentials of a session, which live as long as `pairs`. The session's
 * gnutls_session_get_ptr() must point to a structure that begins with a pointer to the
 * presented offer, such as pairs_choose() returns.
 */
struct gnutls_certificate_credentials_st *pairs_credentials(const struct pairs *pairs);

/* True if there are several pairs, so that pairs_choose() has a choice. */
bool pairs_have_choice(const struct pairs *pairs);

/*
 * Returns the best pair for a client that asks for `host` (NULL for none), with these
 * capabilities, in TLS 1.3 or before it. The criteria, the most important first: the pair is
 * for the host; a handshake with it is possible; it is valid; the client says that it can
 * verify it; it has that very name rather than a wildcard; it is preferred most. If no pair is
 * for the host, the host is ignored.
 */
const struct offer *pairs_choose(const struct pairs *pairs, const char *host,
    const struct clientcaps *client, bool tls13);

/* Return the pairs themselves, the most preferred first. */
size_t pairs_count(const struct pairs *pairs);
const struct offer *pairs_offer(const struct pairs *pairs, size_t n);

/* True if `pair` is one of the pairs. False for a pair without names. */
bool pairs_have(const struct pairs *pairs, const struct keypair *pair);

/* Returns the most preferred valid pair for `host`, or NULL if there is none. A pair with that
 * very name comes before one with a wildcard. */
const struct keypair *pairs_valid_for(const struct pairs *pairs, const char *host);

/* True if one of the pairs is for `host`, which may be a wildcard, "*.example.org". */
bool pairs_cover(const struct pairs *pairs, const char *host);

/* Adds a warning for each certificate of a chain that has expired or will expire within `days`,
 * and for each OCSP response that is stale. */
void pairs_warn(const struct pairs *pairs, int64_t days, struct findings *findings);

/* Returns the next time after `now` at which a chain or an OCSP response ends, or 0 if none
 * does. */
time_t pairs_next_end(const struct pairs *pairs, time_t now);

/* Adds an error for each pair whose key is in a token with which this process cannot sign as
 * its current user. */
void pairs_prove(const struct pairs *pairs, struct findings *findings);

/* Prints a line for each pair, after `indent`. */
void pairs_print(const struct pairs *pairs, FILE *out, const char *indent);

#endif
