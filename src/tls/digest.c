/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 for purposes other than TLS. */
#include "tls/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

int
digest_sha256(const void *bytes, size_t size, char out[DIGEST_TEXT_SIZE])
{
	unsigned char hash[32];
	gnutls_datum_t binary = { hash, sizeof hash }, text;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, size, hash) < 0 ||
	    gnutls_base64_encode2(&binary, &text) < 0)
		return -1;
	memcpy(out, text.data, DIGEST_TEXT_SIZE - 1);
	out[DIGEST_TEXT_SIZE - 1] = '\0';
	gnutls_free(text.data);
	return 0;
}
