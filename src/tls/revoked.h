/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_REVOKED_H
#define TLSD_TLS_REVOKED_H

/*
 * Certificates that authorities have revoked, out of their lists (RFC 5280, 5). Each list is
 * sorted once, so that a look-up is quick however long it is. Immutable once loaded, so any
 * thread may ask. Only for files that may know GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct chain;
struct findings;
struct gnutls_x509_crt_int;
struct refusal;
struct revoked;
struct stringlist;

/*
 * Loads the PEM `files`, whose lists must be signed by `anchors`. What is wrong goes into
 * `findings`, each text starting with "crl-file: FILE". Errors: unreadable, no list in it,
 * damaged, by none of the anchors, without a date for the next one, only part of a list.
 * Warnings: those of revoked_warn(). Returns what revoked_free() frees; NULL
 * after an error.
 */
struct revoked *revoked_new(const struct stringlist *files, const struct chain *anchors,
    struct findings *findings);
void revoked_free(struct revoked *revoked);

/* Adds a warning for each list that is over, or will be in the last quarter of its time, or has
 * not begun. */
void revoked_warn(const struct revoked *revoked, struct findings *findings);

/* When the next of them is over, after `now`; 0 if none will be. */
time_t revoked_next_end(const struct revoked *revoked, time_t now);

/* Whether a list of the issuer of `cert` has it; a list that is over still revokes. */
bool revoked_has(const struct revoked *revoked, struct gnutls_x509_crt_int *cert);

/* Whether a list of its issuer is current at `now`. */
bool revoked_covers(
    const struct revoked *revoked, struct gnutls_x509_crt_int *cert, time_t now);

#endif
