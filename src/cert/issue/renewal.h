/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_RENEWAL_H
#define TLSD_CERT_ISSUE_RENEWAL_H

/*
 * A new certificate modelled on an old one, in memory. Its subject, names, usages, purposes and
 * other contents are the same bytes. New are the serial number, the period, the signature and
 * the identifiers of keys. The old one's proofs of logging (RFC 6962, 3.3) are left out. If
 * another authority signs, so are the references to the old one. One thread at a time.
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
	    *authority; /* the signer; NULL: the certificate's own key */
	struct gnutls_x509_privkey_int *key; /* that key; NULL for a new key */
	bool new_key; /* make a new key of the old one's kind */
	int days; /* how long it is valid; 0: as long as the old one */
};

struct renewal {
	struct gnutls_x509_crt_int *cert;
	struct gnutls_x509_privkey_int *key; /* the new key, or NULL */
};

/* Fills in `renewal`. Returns 0, or -1 after an error. Call renewal_fini() in both cases. */
int renewal_make(const struct renewal_request *request, struct renewal *renewal,
    struct findings *findings);
void renewal_fini(struct renewal *renewal);

#endif
