/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_STAPLE_H
#define TLSD_TLS_STAPLE_H

/*
 * An OCSP response that a server sends along with its certificate (RFC 6066, 8; RFC 6960),
 * checked against it. Immutable once loaded, so any thread may read it. Only for files that
 * may know GnuTLS.
 */

#include <stdbool.h>
#include <time.h>

struct chain;
struct findings;
struct gnutls_ocsp_data_st;
struct staple;

/* Reads the file `path`, DER or PEM. Returns what staple_free() frees, or NULL after an
 * error that starts with the file's name. */
struct staple *staple_load(const char *path, struct findings *findings);
void staple_free(struct staple *staple);

/* Whether it is about the first certificate of `chain`. */
bool staple_is_for(const struct staple *staple, const struct chain *chain);

/*
 * Checks that the issuer, if it is in the chain, or its delegate has signed it and that it
 * calls the first certificate good: otherwise an error. One that is not valid now is a
 * warning: it is not sent then.
 */
void staple_examine(
    const struct staple *staple, const struct chain *chain, struct findings *findings);

/* Adds a warning if it has ended, or has not begun. */
void staple_warn(const struct staple *staple, struct findings *findings);

/* Its nextUpdate, seconds since 1970; 0 without one. */
time_t staple_ends(const struct staple *staple);

/* Between its thisUpdate and its nextUpdate. Without the latter it is never fresh. */
bool staple_is_fresh(const struct staple *staple, time_t now);

/* What a session sends, owned by the staple; NULL while it is not fresh. */
struct gnutls_ocsp_data_st *staple_response(const struct staple *staple, time_t now);

#endif
