/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_CLIENTCAPS_H
#define TLSD_TLS_KEYS_CLIENTCAPS_H

/*
 * Tells from a ClientHello which certificates the client can use. Before TLS 1.3, the suites
 * limit the kind of key, and supported_groups limits the curve of an ECDSA key (RFC 8422,
 * 5.1.1). signature_algorithms limits the server's signature, and signature_algorithms_cert
 * limits the signatures in the chain (RFC 8446, 4.2.3). Only for files that may use GnuTLS.
 * Thread-safe.
 */

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct policy;

/* The capabilities of a client. All bits of a field are set if the extension is absent. */
struct clientcaps {
	unsigned kinds; /* of key, as policy_kinds() returns them; before TLS 1.3 */
	unsigned curves; /* bits of the known groups */
	unsigned signatures; /* bits of signature schemes, for the handshake */
	unsigned chain_signatures; /* for certificates */
};

/* The requirements of a chain, in the bits of struct clientcaps. */
struct requirements {
	unsigned kind; /* of key, before TLS 1.3 */
	unsigned curve; /* of an ECDSA key; 0: no bound */
	unsigned
	    signatures_tls12; /* one of these at least, before TLS 1.3; 0: no bound */
	unsigned signatures_tls13; /* at least one of these, in TLS 1.3; 0: no bound */
	unsigned chain_signatures; /* all of these */
};

/* Reads the ClientHello of `size` bytes, without the header of the message, for a server with
 * `policy`. */
void clientcaps_read(struct clientcaps *capabilities, const struct policy *policy,
    unsigned char *hello, size_t size);

/* Fills in the requirements of an arranged chain. They do not include the signature of a root,
 * because clients do not check it. */
void clientcaps_require(struct requirements *requirements, const struct chain *chain);

/* How well a chain suits a client. */
enum suitability {
	SUITABLE,
	DOUBTFUL, /* the client has not said that it verifies such a chain or curve */
	UNSUITABLE /* the handshake would have no signature or no suite */
};

/* Returns how well a chain with these requirements suits the client, in TLS 1.3 or before it. */
enum suitability clientcaps_meet(const struct clientcaps *capabilities,
    const struct requirements *requirements, bool tls13);

#endif
