/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKEND_SENDPROXY_H
#define TLSD_RESPONDERS_BACKEND_SENDPROXY_H

/*
 * The header that tells a backend its client's address: versions 1 and 2 of haproxy's PROXY
 * protocol (proxy-protocol.txt). Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

struct address;

enum sendproxy {
	SENDPROXY_NO,
	SENDPROXY_V1, /* a line of text */
	SENDPROXY_V2, /* binary */
	SENDPROXY_V2_TLS /* binary, with facts of the client's TLS session */
};

/* Returns "no", "v1", "v2" or "v2-tls"; NULL after the last one. */
const char *sendproxy_name(int index);

/* The TLS facts of SENDPROXY_V2_TLS; a missing one is NULL. */
struct sendproxy_tls {
	const char *version; /* "TLSv1.3" */
	const char *suite;
	const char *sni, *alpn;
	const char *psk; /* the identity of the client's pre-shared key, verified */
	const char *client; /* the name in the client's certificate */
	bool verified; /* its chain is trusted */
};

#define SENDPROXY_SIZE 2048

/*
 * Writes the header for a client at `peer` that connected to `local`. `tls` is read for
 * SENDPROXY_V2_TLS only. If only one address is IPv4, it is written as an IPv6 address. A text
 * of more than 255 bytes is cut. Returns the size.
 */
size_t sendproxy_write(enum sendproxy kind, const struct address *peer,
    const struct address *local, const struct sendproxy_tls *tls,
    unsigned char out[SENDPROXY_SIZE]);

#endif
