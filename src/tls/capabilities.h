/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CAPABILITIES_H
#define TLSD_TLS_CAPABILITIES_H

/*
 * Which certificates a client can use, by its ClientHello: the suites bound the kind of key and
 * supported_groups the curve of an ECDSA key before TLS 1.3 (RFC 8422, 5.1.1), signature_algorithms the server's signature,
 * signature_algorithms_cert those in the chain (RFC 8446, 4.2.3). Only for files that may know
 * GnuTLS. Safe in any thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct policy;

/* Of a client. All bits of a field are set if the extension is absent. */
struct capabilities {
	unsigned kinds; /* of key, as policy_kinds() tells them; before TLS 1.3 */
	unsigned curves; /* bits of the groups that are known here */
	unsigned signatures; /* bits of signature schemes, for the handshake */
	unsigned chain_signatures; /* for certificates */
};

/* The demands of a chain on a client, in the bits of struct capabilities. */
struct requirements {
	unsigned kind; /* of key, before TLS 1.3 */
	unsigned curve; /* of an ECDSA key; 0: no bound */
	unsigned
	    signatures_tls12; /* one of these at least, before TLS 1.3; 0: no bound */
	unsigned signatures_tls13; /* one of these at least, in TLS 1.3; 0: no bound */
	unsigned chain_signatures; /* all of these */
};

/* Reads the ClientHello of `size` bytes, without the header of the message, for a server with
 * `policy`. */
void capabilities_read(struct capabilities *capabilities, const struct policy *policy,
    unsigned char *hello, size_t size);

/* Fills in the requirements of an arranged chain. The signature of a root is not checked by
 * clients, so it is not among them. */
void capabilities_require(struct requirements *requirements, const struct chain *chain);

/* How well a chain suits a client. */
enum suitability {
	SUITABLE,
	DOUBTFUL, /* the client has not said that it verifies such a chain or curve */
	UNSUITABLE /* there is no signature, or no suite, for the handshake */
};

/* Returns it for a chain with these requirements, in TLS 1.3 or before it. */
enum suitability capabilities_meet(const struct capabilities *capabilities,
    const struct requirements *requirements, bool tls13);

#endif
