/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_PEMREWRITE_H
#define TLSD_CERT_ISSUE_PEMREWRITE_H

/* The file of a renewed certificate: all contents of the old file, in their order. */

#include <stddef.h>

struct chain;
struct gnutls_x509_crt_int;

struct pemrewrite {
	const char *text; /* of the old file */
	size_t size;
	const struct chain *old; /* the chain in it */
	struct gnutls_x509_crt_int *cert; /* the new certificate */
	const struct chain *above; /* the signing authority's chain; may be empty */
};

/*
 * Sets `*pem` to the blocks of the old file with the new certificate and chain in the place of
 * the old ones. Issuers follow the new certificate only if the old file had any, and a root
 * only if it had one. If `key_pem` is not NULL, it replaces the key. The caller wipes and frees
 * `*pem`. Returns 0, or the library's code.
 */
int pemrewrite_make(
    const struct pemrewrite *composition, const char *key_pem, char **pem);

#endif
