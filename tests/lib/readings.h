/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_READINGS_H
#define TLSD_TESTS_READINGS_H

/*
 * Compares two parsers' results for the server name of a ClientHello. tlsd's own routes
 * a client; the library's selects certificates and is compared with session tickets.
 */

#include <stddef.h>

enum readings {
	READINGS_UNREAD, /* the ClientHello is rejected before the library reads it */
	READINGS_REFUSED, /* the library rejects the ClientHello, but not because of the name */
	READINGS_NAME_REFUSED, /* the library rejects the name */
	READINGS_AGREE, /* both found the same name, or none */
	READINGS_HIDDEN, /* the name was hidden from the library, which found none */
	READINGS_DIFFER
};

/* Compares the results for the first `size` bytes of a connection. */
enum readings readings_compare(const unsigned char *records, size_t size);

#endif
