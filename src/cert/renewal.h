/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_RENEWAL_H
#define TLSD_CERT_RENEWAL_H

/*
 * A new certificate after the model of an old one, in memory: subject, names, usages,
 * purposes and whatever else stands in it are the same, byte by byte, but for the serial
 * number, the period, the signature and the identifiers of keys. Left out are the proofs of
 * logging (RFC 6962, 3.3), which belong to the old one; and, where another authority signs,
 * what told where to ask the old one. One thread at a time.
 */

#include <stdbool.h>
#include <time.h>

struct authority;
struct findings;
struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

struct renewal_request {
	struct gnutls_x509_crt_int *old;
	const struct authority
	    *authority; /* who signs; NULL: the certificate's own key */
	struct gnutls_x509_privkey_int *key; /* that one; NULL for a new key */
	bool new_key; /* of the kind of the old one */
	int days; /* how long it is valid; 0: as long as the old one was */
};

struct renewal {
	struct gnutls_x509_crt_int *cert;
	struct gnutls_x509_privkey_int *key; /* the new key, or NULL */
};

/* Fills in `renewal`. 0, or -1 after an error; renewal_fini() is right after both. */
int renewal_make(const struct renewal_request *request, struct renewal *renewal,
    struct findings *findings);
void renewal_fini(struct renewal *renewal);

#endif
