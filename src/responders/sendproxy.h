/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_SENDPROXY_H
#define TLSD_RESPONDERS_SENDPROXY_H

/*
 * The header that tells a backend who its client is, as haproxy's PROXY protocol (its document
 * proxy-protocol.txt) has it in versions 1 and 2. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

struct address;

enum sendproxy {
	SENDPROXY_NO,
	SENDPROXY_V1, /* a line of text */
	SENDPROXY_V2, /* binary */
	SENDPROXY_V2_TLS /* the same, and what the client's TLS is like */
};

/* "no", "v1", "v2" and "v2-tls"; NULL behind the last. */
const char *sendproxy_name(int index);

/* What the last kind tells; NULL for what there is none of. */
struct sendproxy_tls {
	const char *version; /* "TLSv1.3" */
	const char *suite;
	const char *sni, *alpn;
	const char *client; /* the name in the client's certificate */
	bool verified; /* that it is good */
};

#define SENDPROXY_SIZE 2048

/*
 * Writes the header for a client at `peer` that connected to `local`. `tls` is read for
 * SENDPROXY_V2_TLS only. If only one address is of IPv4, it is written as one of IPv6. A text
 * of more than 255 bytes is cut. Returns the size.
 */
size_t sendproxy_write(enum sendproxy kind, const struct address *peer,
    const struct address *local, const struct sendproxy_tls *tls,
    unsigned char out[SENDPROXY_SIZE]);

#endif
