/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_STAPLE_H
#define TLSD_TLS_KEYS_STAPLE_H

/*
 * An OCSP response that a server sends with its certificate (RFC 6066, 8; RFC 6960), checked
 * against the certificate. Immutable once loaded, so any thread may read it. Only for files
 * that may use GnuTLS.
 */

#include <stdbool.h>
#include <time.h>

struct chain;
struct findings;
struct gnutls_ocsp_data_st;
struct staple;

/* Reads the file `path`, DER or PEM. Returns what staple_free() frees, or NULL after an error
 * that starts with the file's name. */
struct staple *staple_load(const char *path, struct findings *findings);
void staple_free(struct staple *staple);

/* True if it is about the first certificate of `chain`. */
bool staple_is_for(const struct staple *staple, const struct chain *chain);

/*
 * Adds an error if neither the issuer nor its delegate has signed the response, or if it does
 * not call the first certificate good. Warns if the issuer is not in the chain, so that the
 * signature is not checked. Warns if the response is not valid now: it is not sent then.
 */
void staple_examine(
    const struct staple *staple, const struct chain *chain, struct findings *findings);

/* Adds a warning if it has expired or has not begun. */
void staple_warn(const struct staple *staple, struct findings *findings);

/* Returns its nextUpdate, seconds since 1970; 0 without one. */
time_t staple_ends(const struct staple *staple);

/* True between its thisUpdate and its nextUpdate. Without the latter it is never fresh. */
bool staple_is_fresh(const struct staple *staple, time_t now);

/* Returns the response that a session sends, owned by the staple, or NULL while it is not
 * fresh. */
struct gnutls_ocsp_data_st *staple_response(const struct staple *staple, time_t now);

#endif
