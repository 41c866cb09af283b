/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_HELLO_H
#define TLSD_SERVER_ACCEPT_HELLO_H

/* Recognizes the first bytes of a connection: the beginning of a ClientHello, a whole one in
 * however many records, or something other than TLS (RFC 8446, 5.1 and 4.1.2). Pure functions. */

#include <stddef.h>

/* The longest ClientHello that is accepted, including the headers of all its records. */
#define HELLO_SIZE_MAX (136 * 1024)

/* The size of a record's header, which comes before the first byte of the message. */
#define HELLO_RECORD_HEADER 5

enum hello {
	HELLO_PARTIAL, /* may become a ClientHello */
	HELLO_WHOLE, /* every record of the message is there */
	HELLO_BROKEN, /* begins as a ClientHello, but its records break the rules */
	HELLO_OVERFLOW, /* a record of it is longer than records may be */
	HELLO_TOO_LONG, /* a message, or records, longer than is accepted */
	HELLO_HTTP, /* a plain HTTP request */
	HELLO_SSH, /* an SSH client */
	HELLO_SSL2, /* an SSL 2.0 ClientHello, which RFC 6176 forbids */
	HELLO_OTHER /* anything else */
};

/*
 * Judges the first `size` bytes. For HELLO_PARTIAL, `*needed` is the number of bytes to wait for
 * before asking again: more than `size` and at most HELLO_SIZE_MAX. Up to the 64th record, a
 * whole record that breaks the rules is recognized at once. After that, the shorter a client
 * makes its records, the more bytes must come each time. So a client that sends byte by byte
 * causes about a hundred looks, not one for each record.
 */
enum hello hello_judge(const unsigned char *bytes, size_t size, size_t *needed);

/*
 * Moves the parts of a whole hello together, so that the message follows the header of its first
 * record. Returns the size of the message, including the message's own header. A hello in one
 * record stays as it is.
 */
size_t hello_gather(unsigned char *bytes);

#endif
