/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMPOSITION_H
#define TLSD_CERT_COMPOSITION_H

/* What the file of a renewed certificate holds: all that the old one held, in its order. */

#include <stddef.h>

struct chain;
struct gnutls_x509_crt_int;

struct composition {
	const char *text; /* of the old file */
	size_t size;
	const struct chain *old; /* in it */
	struct gnutls_x509_crt_int *cert; /* the new one */
	const struct chain *above; /* of the authority that signed it; may be empty */
};

/*
 * Sets `*pem` to the blocks of the old file, with the new certificate, and above it as much as
 * stood above the old one, in the place of the chain; and with `key_pem`, unless that is NULL,
 * in the place of the key. The caller wipes and frees it. 0, or the library's code.
 */
int composition_make(
    const struct composition *composition, const char *key_pem, char **pem);

#endif
