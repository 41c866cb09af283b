/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTHELLO_H
#define TLSD_TLS_CLIENTHELLO_H

/*
 * What has to be known of a ClientHello before the library sees it (RFC 8446, 4.1.2): which
 * service it is for, and which group suits it. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

/* The longest ClientHello that is taken in, with the header of the message. A client's
 * first flight is small; the library would take 128 KiB before it knows whom it talks to. */
#define CLIENTHELLO_SIZE_MAX (4 + 32 * 1024)

/* All pointers point into the message. */
struct clienthello {
	const char *name; /* the host (RFC 6066, 3), without a NUL; NULL if none */
	size_t name_size;
	const unsigned char *protocols; /* the list (RFC 7301, 3.1); NULL if none */
	size_t protocols_size;
	/* There is a key share for P-256 and none for X25519 (RFC 8446, 4.2.8): a server
	 * that insists on X25519 would ask for another hello, a round trip more. */
	bool wants_p256;
	size_t
	    record_size; /* bytes that it takes in a record (RFC 8449, RFC 6066, 4) */
};

/*
 * Reads the whole message of `size` bytes, with its header. 0, or -1 if its parts do not add
 * up or an extension that is read here comes twice, has no valid form, or names two hosts:
 * nobody shall read it otherwise than it was read here.
 */
int clienthello_read(
    const unsigned char *message, size_t size, struct clienthello *hello);

/* Whether the application protocol `name` is among those that the client offers. */
bool clienthello_offers(const struct clienthello *hello, const char *name);

#endif
