/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRL_CRLUPDATE_H
#define TLSD_CERT_CRL_CRLUPDATE_H

/* Makes the first revocation list, or the successor of one. One thread at a time. */

#include <stddef.h>

struct authority;
struct crl;
struct findings;
struct gnutls_x509_crt_int;

struct crlupdate_request {
	const struct crl *old; /* the list to continue; NULL for the first one */
	struct gnutls_x509_crt_int *const *certs; /* to add, `count` of them */
	size_t count;
	int reason; /* for these */
	const struct authority *authority; /* the signer */
	int days; /* until the next update */
};

/*
 * Makes the list after `old`, with a number greater by one, or the first list. Keeps all bytes
 * of the old one except the dates and the number. Returns its PEM text, which the caller frees,
 * or NULL after an error.
 */
char *crlupdate_make(
    const struct crlupdate_request *request, struct findings *findings);

#endif
