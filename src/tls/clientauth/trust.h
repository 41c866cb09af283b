/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_TRUST_H
#define TLSD_TLS_CLIENTAUTH_TRUST_H

/*
 * The authorities whose certificates are accepted from clients, and whether a certification
 * path to one of them is valid (RFC 5280, 6). Immutable once loaded, so any thread may verify.
 * Only for files that may use GnuTLS.
 */

#include <stdint.h>
#include <time.h>
#include <stdbool.h>
#include <stddef.h>

#include "tls/x509/chain.h"

struct certpath;
struct certpaths;
struct findings;
struct gnutls_certificate_credentials_st;
struct refusal;
struct stringlist;
struct trust;

/*
 * Loads the PEM `files`. Problems go into `findings`, each text starting with "ca-file: FILE".
 * Errors: a file is unreadable or has no certificate; a certificate does not belong to an
 * authority, may not sign certificates or has a critical extension that is not supported.
 * Warnings: expired or not yet valid. Returns what trust_free() frees; NULL after an error.
 */
struct trust *trust_new(const struct stringlist *files, struct findings *findings);
void trust_free(struct trust *trust);

/* Computes a digest that is equal exactly for those that trust the same certificates, in any
 * order and however often each is named. Returns 0, or -1 if the library fails. */
enum { TRUST_DIGEST_SIZE = 32 };
int trust_digest(const struct trust *trust, unsigned char digest[TRUST_DIGEST_SIZE]);

/* Adds a warning for each authority that has expired or will expire within `days`. */
void trust_warn(const struct trust *trust, int64_t days, struct findings *findings);

/* Returns the next time after `now` at which one of them expires, or 0 if none does. */
time_t trust_next_end(const struct trust *trust, time_t now);

/* Returns the authorities' certificates, owned by the trust. */
const struct chain *trust_anchors(const struct trust *trust);

/* Removes anchor number `i`. Call it before the trust is shared. */
void trust_drop(struct trust *trust, size_t i);

/* Fills in the paths from `sent`, the client's own certificate first, to the authorities. */
void trust_find_paths(
    const struct trust *trust, const struct chain *sent, struct certpaths *paths);

enum trust_verdict {
	TRUST_UNSIGNED, /* an issuer in the path has another key than the one that signed */
	TRUST_INVALID, /* for another reason */
	TRUST_VALID
};

/* Returns whether `path`, from trust_find_paths(), is signed, valid now and for client
 * authentication. Fills in the refusal if not. */
enum trust_verdict trust_verify(const struct certpath *path, struct refusal *refusal);

/* Makes sessions with `credentials` name the authorities when they request a certificate (RFC
 * 8446, 4.2.4), unless there are too many. Returns 0, or -1 when memory is exhausted. */
int trust_announce(
    const struct trust *trust, struct gnutls_certificate_credentials_st *credentials);

/* Returns how many bytes the authorities' names take in each handshake. Above TRUST_NAMES_MAX
 * they are left out. */
#define TRUST_NAMES_MAX ((size_t)8192)
size_t trust_names_size(const struct trust *trust);

#endif
