/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_CERTPATH_H
#define TLSD_TLS_X509_CERTPATH_H

/*
 * Certification paths from a client's certificate to a trust anchor (RFC 5280, 6.1). Several
 * authorities may share a name, and an authority may have several certificates, so there may be
 * several paths. Plain storage; thread-safe. Only for files that may use GnuTLS.
 */

#include <stddef.h>

struct chain;
struct gnutls_x509_crt_int;

enum { CERTPATH_LENGTH = 12, CERTPATHS_MAX = 16 };

/* The client's certificate, then the issuer of each certificate, and the trust anchor at the
 * end. A certificate that is itself a trust anchor is alone. */
struct certpath {
	struct gnutls_x509_crt_int *certs[CERTPATH_LENGTH];
	size_t count;
};

struct certpaths {
	struct certpath items[CERTPATHS_MAX];
	size_t count;
};

/*
 * Fills in the paths from the first of the `sent` certificates, fewer than CERTPATH_LENGTH, to
 * the `anchors`. It compares names and key identifiers and verifies no signature. A path ends
 * at its first anchor. If a client sends many certificates with one name, some paths are not
 * found. The paths borrow the certificates.
 */
void certpaths_find(
    struct certpaths *paths, const struct chain *sent, const struct chain *anchors);

#endif
