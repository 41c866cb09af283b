/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_HELLO_H
#define TLSD_SERVER_HELLO_H

/*
 * What the first bytes of a connection are: the beginning of a ClientHello, the whole of it
 * in however many records, or something that is no TLS at all (RFC 8446, 5.1 and 4.1.2).
 * Pure functions.
 */

#include <stddef.h>

/* The longest ClientHello that is taken in, with the headers of all its records. */
#define HELLO_SIZE_MAX (136 * 1024)

/* The header of a record: the first byte of the message stands behind it. */
#define HELLO_RECORD_HEADER 5

enum hello {
	HELLO_PARTIAL, /* may become one */
	HELLO_WHOLE, /* every record of the message is there */
	HELLO_BROKEN, /* begins as one, but its records break the rules */
	HELLO_OVERFLOW, /* a record of it is longer than records may be */
	HELLO_TOO_LONG, /* a message, or more records, than is taken in */
	HELLO_HTTP, /* a plain HTTP request */
	HELLO_SSH, /* an SSH client */
	HELLO_SSL2, /* an SSL 2.0 ClientHello, which RFC 6176 forbids */
	HELLO_OTHER /* anything else */
};

/*
 * Judges the first `size` bytes. For HELLO_PARTIAL, `*needed` is how many bytes there must
 * be, more than `size` and at most HELLO_SIZE_MAX, before asking again is worth it. No whole
 * record that breaks the rules is waited beyond, up to the 64th record. After that, the shorter
 * a client makes its records, the more must have come each time: a client that sends byte by
 * byte is looked at about a hundred times and not for each record.
 */
enum hello hello_judge(const unsigned char *bytes, size_t size, size_t *needed);

/*
 * Moves the parts of a whole hello together, behind the header of its first record, where
 * the message then stands. Returns its size, with the message's own header. A hello in one
 * record stays as it is.
 */
size_t hello_gather(unsigned char *bytes);

#endif
