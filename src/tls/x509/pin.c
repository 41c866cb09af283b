/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pin of a public key. */
#include "tls/x509/pin.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#define MARK "pin-sha256:"
enum { ENCODED_SIZE = 44 }; /* of 32 bytes */

_Static_assert(PIN_TEXT_SIZE == sizeof MARK + ENCODED_SIZE, "room for a pin");

int
pin_parse(const char *text, size_t length, struct pin *pin)
{
	const size_t marked = sizeof MARK - 1;
	unsigned char encoded[ENCODED_SIZE]; /* the library would skip line ends */
	gnutls_datum_t base64 = { encoded, sizeof encoded }, bytes;

	if (length != marked + sizeof encoded || memcmp(text, MARK, marked) != 0)
		return -1;
	memcpy(encoded, text + marked, sizeof encoded);
	if (gnutls_base64_decode2(&base64, &bytes) < 0)
		return -1;
	bool whole = bytes.size == sizeof pin->hash;
	if (whole)
		memcpy(pin->hash, bytes.data, bytes.size);
	gnutls_free(bytes.data);
	return whole ? 0 : -1;
}

int
pin_read(gnutls_x509_crt_t cert, struct pin *pin)
{
	size_t size = sizeof pin->hash;

	return gnutls_x509_crt_get_key_id(
		   cert, GNUTLS_KEYID_USE_SHA256, pin->hash, &size) < 0
	           ? -1
	           : 0;
}

char *
pin_format(const struct pin *pin, char out[PIN_TEXT_SIZE])
{
	/* The library's datum is not const. */
	struct pin copy = *pin;
	gnutls_datum_t bytes = { copy.hash, sizeof copy.hash }, encoded;

	memcpy(out, MARK, sizeof MARK);
	if (gnutls_base64_encode2(&bytes, &encoded) < 0)
		abort(); /* it is out of memory for 44 bytes */
	memcpy(out + sizeof MARK - 1, encoded.data, ENCODED_SIZE);
	out[PIN_TEXT_SIZE - 1] = '\0';
	gnutls_free(encoded.data);
	return out;
}

bool
pin_equal(const struct pin *a, const struct pin *b)
{
	return memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}
