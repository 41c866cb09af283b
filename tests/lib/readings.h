/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_READINGS_H
#define TLSD_TESTS_READINGS_H

/*
 * The server name of a ClientHello in two readings: the one that routes a client, and the one
 * of the library, which chooses certificates and compares tickets by it.
 */

#include <stddef.h>

enum readings {
	READINGS_UNREAD, /* the hello is refused before the library sees it */
	READINGS_REFUSED, /* the library refuses the hello, for anything but the name */
	READINGS_NAME_REFUSED, /* the library refuses the name */
	READINGS_AGREE, /* both read the same name, or none */
	READINGS_HIDDEN, /* the library was not shown the name, and read none */
	READINGS_DIFFER
};

/* Compares what both read in the first `size` bytes of a connection. */
enum readings readings_compare(const unsigned char *records, size_t size);

#endif
