/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_PROXYHEADER_H
#define TLSD_SERVER_ACCEPT_PROXYHEADER_H

/*
 * Reads PROXY protocol headers, in which a proxy names its client (HAProxy's proxy-protocol.txt,
 * versions 1 and 2). Strict: a header that is not exactly as specified is broken. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/address.h"

/* The longest header that is accepted. */
#define PROXYHEADER_SIZE_MAX 4096

enum proxyheader_state { PROXYHEADER_PARTIAL, PROXYHEADER_WHOLE, PROXYHEADER_BROKEN };

struct proxyheader {
	size_t size; /* of a whole header */
	size_t needed; /* of a partial header: bytes to wait for before asking again */
	bool has_addresses; /* otherwise those of the socket count */
	struct address peer, local; /* the client, and where it connected to */
	const char *wrong; /* with a broken header: a constant */
};

/*
 * Reads the first `size` bytes of a connection, which more bytes may follow, into `header`.
 * `needed` is more than `size`, and at most PROXYHEADER_SIZE_MAX. IPv4 addresses written as IPv6
 * ones become IPv4, so one address may be of IPv4 and the other of IPv6. Unix-domain addresses
 * have no path. LOCAL and UNKNOWN have no addresses. Type-length-value fields after the addresses
 * are skipped, except for the checksum, which must be right.
 */
enum proxyheader_state proxyheader_read(
    const unsigned char *bytes, size_t size, struct proxyheader *header);

#endif
