/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes records that no TLS library sends. */
#include "lib/forge.h"

#include <string.h>

#include "lib/suite.h"

enum { HEADER = 5, TAG = 16, EXPLICIT = 8 };

void
forge_init(struct forge *forge, gnutls_session_t tls)
{
	gnutls_datum_t mac_key, salt, key;
	unsigned char sequence[8];

	*forge = (struct forge){ 0 };
	ck_assert_int_eq(gnutls_cipher_get(tls), GNUTLS_CIPHER_AES_128_GCM);
	forge->is_13 = gnutls_protocol_get_version(tls) == GNUTLS_TLS1_3;
	ck_assert_int_eq(
	    gnutls_record_get_state(tls, 0, &mac_key, &salt, &key, sequence), 0);
	ck_assert_uint_le(salt.size, sizeof forge->salt);
	memcpy(forge->salt, salt.data, salt.size);
	for (size_t i = 0; i < sizeof sequence; i++)
		forge->sequence = forge->sequence << 8 | sequence[i];
	ck_assert_int_eq(
	    gnutls_aead_cipher_init(&forge->cipher, GNUTLS_CIPHER_AES_128_GCM, &key),
	    0);
}

void
forge_fini(struct forge *forge)
{
	gnutls_aead_cipher_deinit(forge->cipher);
}

static void
put_header(unsigned char *out, int type, size_t size)
{
	out[0] = (unsigned char)type;
	out[1] = out[2] = 3;
	out[3] = (unsigned char)(size >> 8);
	out[4] = (unsigned char)size;
}

static void
put_sequence(unsigned char out[8], uint64_t sequence)
{
	for (int i = 7; i >= 0; i--, sequence >>= 8)
		out[i] = (unsigned char)sequence;
}

static size_t
encrypt(struct forge *forge, const unsigned char nonce[12], const void *aad,
    size_t aad_size, const void *bytes, size_t size, unsigned char *out)
{
	size_t length = size + TAG;

	ck_assert_int_eq(gnutls_aead_cipher_encrypt(forge->cipher, nonce, 12, aad,
			     aad_size, TAG, bytes, size, out, &length),
	    0);
	return length;
}

/* RFC 8446, 5.2: the type follows the content and is encrypted with it. */
static size_t
forge_13(
    struct forge *forge, int type, const void *bytes, size_t size, unsigned char *out)
{
	unsigned char inner[FORGE_MAX + 1], nonce[12], sequence[8];

	memcpy(inner, bytes, size);
	inner[size] = (unsigned char)type;
	put_sequence(sequence, forge->sequence++);
	memcpy(nonce, forge->salt, sizeof nonce);
	for (int i = 0; i < 8; i++)
		nonce[4 + i] ^= sequence[i];
	put_header(out, FORGE_DATA, size + 1 + TAG);
	return HEADER +
	       encrypt(forge, nonce, out, HEADER, inner, size + 1, out + HEADER);
}

/* RFC 5288, 3: the record contains the explicit part of the nonce, 8 of its 12 bytes. */
static size_t
forge_12(
    struct forge *forge, int type, const void *bytes, size_t size, unsigned char *out)
{
	unsigned char nonce[12], aad[8 + HEADER];

	put_sequence(aad, forge->sequence);
	put_header(aad + 8, type, size);
	memcpy(nonce, forge->salt, 4);
	put_sequence(nonce + 4, forge->sequence++);
	put_header(out, type, EXPLICIT + size + TAG);
	memcpy(out + HEADER, nonce + 4, EXPLICIT);
	return HEADER + EXPLICIT +
	       encrypt(
		   forge, nonce, aad, sizeof aad, bytes, size, out + HEADER + EXPLICIT);
}

size_t
forge_record(struct forge *forge, int type, const void *bytes, size_t size,
    unsigned char out[FORGE_RECORD_MAX])
{
	ck_assert_uint_le(size, FORGE_MAX);
	return forge->is_13 ? forge_13(forge, type, bytes, size, out)
	                    : forge_12(forge, type, bytes, size, out);
}
