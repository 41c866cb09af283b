/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_CHALLENGE_H
#define TLSD_TLS_KEYS_CHALLENGE_H

/*
 * The certificate with which a server proves to a certificate authority that it has a host:
 * ACME's challenge tls-alpn-01 (RFC 8737, 3). An ACME client puts it into a folder shortly
 * before the authority connects, so it is read for each connection. Any thread.
 */

#include <stdbool.h>

#include "base/failure.h"

struct gnutls_certificate_credentials_st;

/* The application protocol of these connections. */
#define CHALLENGE_PROTOCOL "acme-tls/1"

#define CHALLENGE_REASON_SIZE 160

/*
 * True if `host` may be a part of a file's name: a host name of at most 253 bytes, in labels of
 * 1 to 63 lower-case letters, digits and hyphens, with single dots between them. Pure.
 */
bool challenge_is_plain_host(const char *host);

/*
 * Loads the certificate for `host`, "" for none, from HOST.crt.pem in `folder`, and its key from
 * HOST.key.pem, as dehydrated(1) names them. The certificate must have the extension
 * acmeIdentifier, so that no other pair is ever presented. Returns FAILURE_NONE with credentials
 * that the caller frees. Otherwise returns FAILURE_ACME, or FAILURE_INTERNAL for lack of memory
 * or descriptors, with a text in `reason`. Memory that held the key is wiped. May wait for a
 * disk.
 */
enum failure challenge_load(const char *folder, const char *host,
    struct gnutls_certificate_credentials_st **credentials,
    char reason[CHALLENGE_REASON_SIZE]);

#endif
