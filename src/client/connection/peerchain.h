/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_PEERCHAIN_H
#define TLSD_CLIENT_CONNECTION_PEERCHAIN_H

/*
 * The certificates that the server presented, and facts about them for people. All text is
 * escaped, so it may be printed. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/x509.h>

struct stringlist;

#define PEERCHAIN_MAX 16 /* the library's own limit for a chain */

struct peerchain {
	gnutls_x509_crt_t items[PEERCHAIN_MAX]; /* the server's certificate first */
	size_t count;
};

/* Copies the chain from the session, during its handshake or after it. It may be empty. */
void peerchain_init(struct peerchain *chain, gnutls_session_t session);
void peerchain_fini(struct peerchain *chain);

/* Return distinguished names in the form of RFC 4514; the caller frees them. */
char *peerchain_subject(gnutls_x509_crt_t cert);
char *peerchain_issuer(gnutls_x509_crt_t cert);

/* Adds the names that a client may ask for: the DNS names and IP addresses among the
 * alternative names, or the common name if there are none (RFC 6125, 6.4.4). */
void peerchain_add_names(gnutls_x509_crt_t cert, struct stringlist *names);

/* True if the certificate is for `name`, a DNS name or an IP address, which matches addresses
 * only. */
bool peerchain_is_for(gnutls_x509_crt_t cert, const char *name);

/* Returns "pin-sha256:..." of its public key (RFC 7469, 2.4); the caller frees it. */
char *peerchain_pin(gnutls_x509_crt_t cert);

/* Returns a text such as "RSA 2048 bits, signed with RSA-SHA256"; the caller frees it. */
char *peerchain_algorithms(gnutls_x509_crt_t cert);

/* True if `text` is an IPv4 or IPv6 address, whose bytes go to `address`. */
bool peerchain_parse_ip(const char *text, unsigned char address[16], size_t *size);

#endif
