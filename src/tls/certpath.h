/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CERTPATH_H
#define TLSD_TLS_CERTPATH_H

/*
 * Certification paths: the ways from a client's certificate to a trust anchor (RFC 5280, 6.1).
 * Several authorities may have one name, and one authority several certificates, so there can
 * be more paths than one. Plain storage; safe in any thread. Only for files that may know
 * GnuTLS.
 */

#include <stddef.h>

struct chain;
struct gnutls_x509_crt_int;

enum { CERTPATH_LENGTH = 12, CERTPATHS_MAX = 16 };

/* The client's certificate, each one's issuer after it, the trust anchor last. A certificate
 * that is a trust anchor itself stands alone. */
struct certpath {
	struct gnutls_x509_crt_int *certs[CERTPATH_LENGTH];
	size_t count;
};

struct certpaths {
	struct certpath items[CERTPATHS_MAX];
	size_t count;
};

/*
 * Fills in the paths from the first of the `sent` certificates, of which there are fewer than
 * CERTPATH_LENGTH, to the `anchors`: by names and key identifiers, no signature is verified. A
 * path ends at its first anchor. Of a client that sends many certificates of one name some
 * paths are not found. The paths borrow the certificates.
 */
void certpaths_find(
    struct certpaths *paths, const struct chain *sent, const struct chain *anchors);

#endif
