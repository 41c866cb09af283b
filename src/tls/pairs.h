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

struct clientauth;
struct findings;
struct gnutls_certificate_credentials_st;
struct keypair;
struct pairs;

/*
 * Loads the pairs and checks them. Errors and warnings go into `findings`, each text
 * starting with its key. Returns what pairs_free() frees; NULL after an error.
 */
struct pairs *pairs_new(
    const struct pairs_settings *settings, struct findings *findings);
void pairs_free(struct pairs *pairs);

/* Has all of them tell clients whose certificates are good. Before they are shared. 0, or
 * -1 when memory is exhausted. */
int pairs_announce(struct pairs *pairs, const struct clientauth *clientauth);

/* Those with all pairs, for a client that names no host. They live as long as `pairs`, as
 * those below do. */
struct gnutls_certificate_credentials_st *pairs_credentials(const struct pairs *pairs);

/*
 * Those for a client that asks for `host`: the pair that fits best (a valid one, then one of
 * that very name rather than a wildcard, then the most preferred) and behind it those of the
 * same names. NULL if none fits, or if there is one pair only.
 */
struct gnutls_certificate_credentials_st *pairs_credentials_for(
    const struct pairs *pairs, const char *host);

/* The pairs themselves, the most wanted first. */
size_t pairs_count(const struct pairs *pairs);
const struct keypair *pairs_item(const struct pairs *pairs, size_t n);

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
