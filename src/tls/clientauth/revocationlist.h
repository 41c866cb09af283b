/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_REVOCATIONLIST_H
#define TLSD_TLS_CLIENTAUTH_REVOCATIONLIST_H

/*
 * A revocation list of an authority (RFC 5280, 5). It is sorted once, so that look-ups are quick
 * however long it is. Immutable once it is read, so any thread may use it.
 */

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "tls/x509/pin.h"

struct chain;
struct findings;

/* A certificate's serial number, without leading zeros. */
struct serial {
	unsigned char size;
	unsigned char bytes[32]; /* 20 at most, says RFC 5280, 4.1.2.2 */
};

/* Fills in the serial number of `cert`. Returns false if it cannot be read. */
bool revocationlist_read_serial(struct serial *serial, gnutls_x509_crt_t cert);

struct revocationlist {
	char *label; /* its file and issuer, for messages */
	gnutls_datum_t issuer; /* its name, in DER */
	struct pin key; /* the issuer's */
	time_t start, end;
	struct serial *serials; /* sorted */
	size_t count;
};

/*
 * Fills in `list` from `crl`, which is from `file` and must be signed by one of `anchors`. Warns
 * as revocationlist_examine() does. Returns true, and the caller calls revocationlist_fini(); or
 * false after an error in `findings`, for the reasons that revoked_new() lists.
 */
bool revocationlist_read(struct revocationlist *list, gnutls_x509_crl_t crl,
    const struct chain *anchors, const char *file, struct findings *findings);
void revocationlist_fini(struct revocationlist *list);

/* Adds a warning if the list has expired, is in the last quarter of its time, or has not
 * begun. */
void revocationlist_examine(
    const struct revocationlist *list, struct findings *findings);

/* True if `issuer` has the name and the key of the list's issuer. */
bool revocationlist_is_of(const struct revocationlist *list, gnutls_x509_crt_t issuer);

/* True if the list revokes the certificate with that serial number. */
bool revocationlist_has(const struct revocationlist *list, const struct serial *serial);

/* True if the list is in effect at `now`. It counts from a day before its date, because clocks
 * differ. */
bool revocationlist_is_current(const struct revocationlist *list, time_t now);

#endif
