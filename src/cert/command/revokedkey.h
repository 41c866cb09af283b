/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_REVOKEDKEY_H
#define TLSD_CERT_COMMAND_REVOKEDKEY_H

/* Certificates that are revoked, so that renewing them needs attention. */

#include <stdbool.h>

struct findings;
struct gnutls_x509_crt_int;

/* A certificate that is about to be renewed. */
struct revokedkey_query {
	const char *file; /* of the certificate */
	struct gnutls_x509_crt_int *cert;
	struct gnutls_x509_crt_int *authority;
	const char *
	    list; /* the file of the authority's revocation list, which may be missing */
	bool new_key; /* the certificate gets another key */
};

/*
 * Returns 0 if the list does not forbid the renewal, with a warning if the certificate is revoked.
 * Returns -1 after an error: the certificate would keep a key that is revoked as compromised, or
 * the list cannot be read. A list of another authority does not count.
 */
int revokedkey_check(const struct revokedkey_query *query, struct findings *findings);

#endif
