/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROXYHEADER_H
#define TLSD_SERVER_PROXYHEADER_H

/*
 * PROXY protocol headers, read: who a proxy says its client is (HAProxy's
 * proxy-protocol.txt, versions 1 and 2). Strict: what does not keep to the letter is
 * broken. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

/* The longest header that is taken in. */
#define PROXYHEADER_SIZE_MAX 4096

enum proxyheader_state { PROXYHEADER_PARTIAL, PROXYHEADER_WHOLE, PROXYHEADER_BROKEN };

struct proxyheader {
	size_t size; /* of a whole one */
	size_t needed; /* for a partial one: so many bytes before asking again */
	bool has_addresses; /* or those of the socket hold */
	struct address peer, local; /* the client, and where it connected to */
	const char *wrong; /* with a broken one: a constant */
};

/*
 * Judges the first `size` bytes of a connection, behind which anything may follow, and fills
 * in `header`. `needed` is more than `size`, and at most PROXYHEADER_SIZE_MAX. IPv4 addresses
 * that are written as IPv6 ones become IPv4, so that one address may be of IPv4 and the other
 * of IPv6; Unix-domain ones have no path. Neither LOCAL nor UNKNOWN has addresses. Types behind
 * the addresses are skipped, except for the checksum, which must be right.
 */
enum proxyheader_state proxyheader_read(
    const unsigned char *bytes, size_t size, struct proxyheader *header);

#endif
