/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_NEXTCRL_H
#define TLSD_CERT_NEXTCRL_H

/* The revocation list that follows another one, or is the first. One thread at a time. */

#include <stddef.h>

struct authority;
struct crl;
struct findings;
struct gnutls_x509_crt_int;

struct nextcrl_request {
	const struct crl *old; /* what is kept; NULL for nothing */
	struct gnutls_x509_crt_int *const *certs; /* what is added, `count` of them */
	size_t count;
	int reason; /* of these */
	const struct authority *authority; /* who signs */
	int days; /* until the next update */
};

/*
 * Makes the list after `old`, with a number greater by one, or the first one. All but
 * the dates and the number of the old one is kept byte by byte. Returns its PEM text, which
 * the caller frees, or NULL after an error.
 */
char *nextcrl_make(const struct nextcrl_request *request, struct findings *findings);

#endif
