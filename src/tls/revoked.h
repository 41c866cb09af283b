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
 * Loads the PEM `files`, whose lists must be signed by `anchors`. Each problem goes into
 * `findings`, its text starting with "crl-file: FILE". Errors: unreadable, no list in it,
 * damaged, by none of the anchors or by one that may not sign lists, without a date for the
 * next one, only part of a list. Warnings: an anchor without a list, and those of
 * revoked_warn(). Returns a pointer for revoked_free(); NULL after an error.
 */
struct revoked *revoked_new(const struct stringlist *files, const struct chain *anchors,
    struct findings *findings);
void revoked_free(struct revoked *revoked);

/* Adds a warning for each list that is over, or will be in the last quarter of its time, or has
 * not begun. */
void revoked_warn(const struct revoked *revoked, struct findings *findings);

/* When the next of them is over, after `now`; 0 if none will be. */
time_t revoked_next_end(const struct revoked *revoked, time_t now);

enum revoked_status {
	REVOKED_NO, /* a list of the issuer that is current does not have it */
	REVOKED_YES, /* a list of the issuer has it, current or not */
	REVOKED_UNKNOWN /* the issuer has no current list */
};

/*
 * Looks `cert` up in the lists of `issuer`, whose key signed it, at `now`. Lists are the
 * issuer's if they have its name and are signed by its key; another authority of that name
 * does not count. A list counts as current from a day before its date on, because clocks
 * differ.
 */
enum revoked_status revoked_look_up(const struct revoked *revoked,
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer, time_t now);

#endif
