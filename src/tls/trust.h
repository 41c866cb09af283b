/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRUST_H
#define TLSD_TLS_TRUST_H

/*
 * The authorities whose certificates clients may bring, and whether a certification path to
 * one of them is valid (RFC 5280, 6). Immutable once loaded, so any thread may verify. Only for files that
 * may know GnuTLS.
 */

#include <stdint.h>
#include <time.h>
#include <stdbool.h>
#include <stddef.h>

#include "tls/chain.h"

struct certpath;
struct certpaths;
struct findings;
struct gnutls_certificate_credentials_st;
struct refusal;
struct stringlist;
struct trust;

/*
 * Loads the PEM `files`. What is wrong goes into `findings`, each text starting with
 * "ca-file: FILE". Errors: unreadable, no certificate, one that is no authority's, may not
 * sign certificates or has a critical extension that is not supported. Warnings: expired or not yet valid. Returns what trust_free()
 * frees; NULL after an error.
 */
struct trust *trust_new(const struct stringlist *files, struct findings *findings);
void trust_free(struct trust *trust);

/* The same for all, and only those, that trust the same certificates, in whatever order and
 * however often each is named. 0, or -1 if the library fails. */
enum { TRUST_DIGEST_SIZE = 32 };
int trust_digest(const struct trust *trust, unsigned char digest[TRUST_DIGEST_SIZE]);

/* Adds a warning for each authority that has ended, or will within `days`. */
void trust_warn(const struct trust *trust, int64_t days, struct findings *findings);

/* When the next of them ends, after `now`; 0 if none does. */
time_t trust_next_end(const struct trust *trust, time_t now);

/* The authorities' certificates; owned by the trust. */
const struct chain *trust_anchors(const struct trust *trust);

/* Takes certificate number `i` of these out. Before the trust is shared. */
void trust_drop(struct trust *trust, size_t i);

/* Fills in the paths from `sent`, a client's own certificate first, to the authorities. */
void trust_find_paths(
    const struct trust *trust, const struct chain *sent, struct certpaths *paths);

enum trust_verdict {
	TRUST_UNSIGNED, /* an issuer in the path has another key than the one that signed */
	TRUST_INVALID, /* for another reason */
	TRUST_VALID
};

/* Judges whether `path`, which is of trust_find_paths(), is signed, valid now and for client
 * authentication. Fills in the refusal if not. */
enum trust_verdict trust_verify(const struct certpath *path, struct refusal *refusal);

/* Has sessions with `credentials` name the authorities when they ask for a certificate
 * (RFC 8446, 4.2.4), unless they are too many. 0, or -1 when memory is exhausted. */
int trust_announce(
    const struct trust *trust, struct gnutls_certificate_credentials_st *credentials);

/* Bytes that the authorities' names take in each handshake; above TRUST_NAMES_MAX they are
 * left out. */
#define TRUST_NAMES_MAX ((size_t)8192)
size_t trust_names_size(const struct trust *trust);

#endif
