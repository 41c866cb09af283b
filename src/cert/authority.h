/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_AUTHORITY_H
#define TLSD_CERT_AUTHORITY_H

/* A certification authority that can sign: its certificate, what certifies that, its key.
 * One thread at a time. */

#include "tls/chain.h"

struct findings;
struct gnutls_x509_privkey_int;

struct authority {
	struct chain chain; /* its own certificate first */
	struct gnutls_x509_privkey_int *key;
};

struct authority_files {
	const char *cert, *key;
	const char *pin_file; /* opens an encrypted key; NULL for none */
};

/*
 * Loads an authority into the all-zero `authority`. 0, or -1 after errors: files that cannot
 * be read, a key of another pair, a certificate that may not sign others or has expired.
 * authority_fini() is right after both.
 */
int authority_load(struct authority *authority, const struct authority_files *files,
    struct findings *findings);

/* The same for one that shall certify another authority, which its path length must allow
 * (RFC 5280, 4.2.1.9). */
int authority_load_above(struct authority *authority,
    const struct authority_files *files, struct findings *findings);
void authority_fini(struct authority *authority);

#endif
