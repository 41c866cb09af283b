/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pin of a public key. */
#include "tls/pin.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

int
pin_parse(const char *text, size_t length, struct pin *pin)
{
	static const char mark[] = "pin-sha256:";
	const size_t marked = sizeof mark - 1;
	unsigned char encoded[44]; /* of 32 bytes; the library would skip line ends */
	gnutls_datum_t base64 = { encoded, sizeof encoded }, bytes;

	if (length != marked + sizeof encoded || memcmp(text, mark, marked) != 0)
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

bool
pin_equal(const struct pin *a, const struct pin *b)
{
	return memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}
