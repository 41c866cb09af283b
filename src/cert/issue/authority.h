/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_AUTHORITY_H
#define TLSD_CERT_ISSUE_AUTHORITY_H

/* A certification authority that can sign: its certificate, the chain above that, and its key.
 * One thread at a time. */

#include "tls/x509/chain.h"

struct findings;
struct gnutls_x509_privkey_int;

struct authority {
	struct chain chain; /* its own certificate first */
	struct gnutls_x509_privkey_int *key;
};

struct authority_files {
	const char *cert, *key;
	const char *pin_file; /* decrypts the key; NULL for none */
};

/*
 * Loads an authority into the all-zero `authority`. Returns 0, or -1 after errors: unreadable
 * files, a key of another pair, or a certificate that has expired or may not sign others. Call
 * authority_fini() in both cases.
 */
int authority_load(struct authority *authority, const struct authority_files *files,
    struct findings *findings);

/* Loads an authority as authority_load() does, to certify another authority. Its path length
 * must allow that (RFC 5280, 4.2.1.9). */
int authority_load_above(struct authority *authority,
    const struct authority_files *files, struct findings *findings);
void authority_fini(struct authority *authority);

#endif
