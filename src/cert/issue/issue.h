/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_ISSUE_H
#define TLSD_CERT_ISSUE_ISSUE_H

/* Makes a key and the certificate for it, in memory (RFC 5280). One thread at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct authority;
struct findings;
struct subject;

enum issue_purpose { ISSUE_FOR_SERVER, ISSUE_FOR_CLIENT, ISSUE_FOR_AUTHORITY };

struct issue_request {
	enum issue_purpose purpose;
	const struct subject *subject;
	const char *key_type; /* issue_knows_key_type() must accept it */
	int days; /* how long it is valid, including the five minutes below */
	int path_length; /* of an authority; -1: no limit */
	const struct authority *authority; /* the signer; NULL: the new key itself */
};

struct issued {
	char *cert_pem; /* the chain without a self-signed root */
	char *key_pem; /* PKCS#8 */
	char *key_description;
	char *issuer; /* the authority's name, or NULL */
	time_t not_after;
};

bool issue_knows_key_type(const char *key_type);

/*
 * Fills in `issued`. The certificate is valid from five minutes ago, for clocks that lag. It
 * ends with the authority's certificate at the latest, with a warning if that shortens it.
 * Returns 0, or -1 after an error. Call issued_fini() in both cases; it wipes the key.
 */
int issue(const struct issue_request *request, struct issued *issued,
    struct findings *findings);
void issued_fini(struct issued *issued);

#endif
