/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_HELLO_H
#define TLSD_SERVER_HELLO_H

/*
 * What the first bytes of a connection are: the beginning of a ClientHello, the whole record
 * of it, or something that is no TLS at all (RFC 8446, 5.1 and 4.1.2). A pure function.
 */

#include <stddef.h>

/* A record's header and the largest plaintext behind it. */
#define HELLO_SIZE_MAX (5 + 16384)

enum hello {
	HELLO_PARTIAL, /* may become one */
	HELLO_WHOLE, /* the first record is there */
	HELLO_HTTP, /* a plain HTTP request */
	HELLO_SSH, /* an SSH client */
	HELLO_SSL2, /* an SSL 2.0 ClientHello, which RFC 6176 forbids */
	HELLO_OTHER /* anything else */
};

/*
 * Judges the first `size` bytes. For HELLO_PARTIAL, `*needed` is how many bytes there must
 * be, more than `size`, before asking again is worth it.
 */
enum hello hello_judge(const unsigned char *bytes, size_t size, size_t *needed);

#endif
