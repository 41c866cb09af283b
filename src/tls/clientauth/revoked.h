/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_REVOKED_H
#define TLSD_TLS_CLIENTAUTH_REVOKED_H

/*
 * Certificates that authorities have revoked, from their revocation lists (RFC 5280, 5). Each
 * list is sorted once, so that look-ups are quick however long it is. Immutable once loaded, so
 * any thread may use it. Only for files that may use GnuTLS.
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
 * Loads the PEM `files`, whose lists must be signed by `anchors`. Each problem goes into
 * `findings`, its text starting with "crl-file: FILE". Errors: the file is unreadable, damaged
 * or has no list; a list is signed by none of the anchors or by one that may not sign lists; it
 * has no date for the next one; it is only part of a list. Warnings: an anchor without a list,
 * and those of revoked_warn(). Returns a pointer for revoked_free(); NULL after an error.
 */
struct revoked *revoked_new(const struct stringlist *files, const struct chain *anchors,
    struct findings *findings);
void revoked_free(struct revoked *revoked);

/* Adds a warning for each list that has expired, is in the last quarter of its time, or has not
 * begun. */
void revoked_warn(const struct revoked *revoked, struct findings *findings);

/* Returns the next time after `now` at which a list expires, or 0 if none will. */
time_t revoked_next_end(const struct revoked *revoked, time_t now);

enum revoked_status {
	REVOKED_NO, /* a current list of the issuer does not have it */
	REVOKED_YES, /* a list of the issuer has it, current or not */
	REVOKED_UNKNOWN /* the issuer has no current list */
};

/*
 * Looks `cert` up in the lists of `issuer`, whose key signed it, at `now`. A list is the
 * issuer's if it has the issuer's name and is signed by its key; other authorities with that
 * name do not count. A list counts as current from a day before its date, because clocks
 * differ.
 */
enum revoked_status revoked_look_up(const struct revoked *revoked,
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer, time_t now);

#endif
