/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PAIRS_H
#define TLSD_TLS_PAIRS_H

/*
 * A service's key pairs, in the order in which they are preferred, and the choice among them
 * by the host that a client names. Immutable once made, so any thread may use it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "tls/pairsource.h"

struct capabilities;
struct clientauth;
struct findings;
struct gnutls_certificate_credentials_st;
struct keypair;
struct pairs;

/*
 * Loads the pairs by `keyring` and checks them. Errors and warnings go into `findings`, each text
 * starting with its key. Returns what pairs_free() frees; NULL after an error.
 */
struct pairs *pairs_new(const struct pairs_settings *settings, struct keyring *keyring,
    struct findings *findings);
void pairs_free(struct pairs *pairs);

/* Has them tell clients whose certificates are good. Before they are shared. 0, or -1 when memory
 * is exhausted. */
int pairs_announce(struct pairs *pairs, const struct clientauth *clientauth);

/*
 * Returns the credentials of a session, which live as long as `pairs`. What the session's
 * gnutls_session_get_ptr() points to has to begin with a pointer to the offer that it presents,
 * such as pairs_choose() returns.
 */
struct gnutls_certificate_credentials_st *pairs_credentials(const struct pairs *pairs);

/* True if there are several pairs, so that pairs_choose() has a choice. */
bool pairs_have_choice(const struct pairs *pairs);

/*
 * Returns the pair for a client that asks for `host`, NULL for none, with these capabilities, in
 * TLS 1.3 or before it: the one that fits best. One for the host comes first, then one with which
 * there can be a handshake, then a valid one, then one that the client says it can verify, then
 * one of that very name rather than a wildcard, then the most preferred. If no pair is for the host, that does not count.
 */
const struct offer *pairs_choose(const struct pairs *pairs, const char *host,
    const struct capabilities *client, bool tls13);

/* The pairs themselves, the most wanted first. */
size_t pairs_count(const struct pairs *pairs);
const struct offer *pairs_offer(const struct pairs *pairs, size_t n);

/* True if `pair` is among them. */
bool pairs_have(const struct pairs *pairs, const struct keypair *pair);

/* The valid one among them that stands for `host`, the most wanted first; NULL if there is
 * none. */
const struct keypair *pairs_valid_for(const struct pairs *pairs, const char *host);

/* Whether one of them is for `host`, which may be a wildcard, "*.example.org". */
bool pairs_cover(const struct pairs *pairs, const char *host);

/* Adds a warning for each certificate of a chain that has ended, or will within `days`, and
 * for each OCSP response that is stale. */
void pairs_warn(const struct pairs *pairs, int64_t days, struct findings *findings);

/* When the next of the chains or OCSP responses ends, after `now`; 0 if none does. */
time_t pairs_next_end(const struct pairs *pairs, time_t now);

/* Adds an error for each pair whose key is in a token with which this process, as this user,
 * cannot sign. */
void pairs_prove(const struct pairs *pairs, struct findings *findings);

/* Prints a line for each, behind `indent`. */
void pairs_print(const struct pairs *pairs, FILE *out, const char *indent);

#endif
