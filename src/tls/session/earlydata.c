/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Application data before the client's Finished. */
#include "tls/session/earlydata.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

#include "tls/transport/output.h"

#define MOST 16384 /* bytes: more than a congestion window at the start (RFC 6928) */
#define PART 4096 /* of it in a record, at most */
#define HEADER 5
#define TAG_MAX 16
#define NONCE 12
#define APPLICATION_DATA 23

void
earlydata_note_secret(struct earlydata *ahead, const char *label)
{
	if (strcmp(label, "SERVER_TRAFFIC_SECRET_0") == 0)
		ahead->has_keys = true;
}

bool
earlydata_opens(struct earlydata *ahead)
{
	if (!ahead->allowed || !ahead->has_keys)
		return false;
	ahead->allowed = false;
	ahead->open = true;
	return true;
}

/* The encryption parameters of the next record. */
struct state {
	gnutls_cipher_algorithm_t cipher;
	gnutls_datum_t key, iv; /* the library's */
	unsigned char number[8];
};

static int
get_state(gnutls_session_t tls, struct state *state)
{
	state->cipher = gnutls_cipher_get(tls);
	return gnutls_record_get_state(
	    tls, 0, NULL, &state->iv, &state->key, state->number);
}

/* RFC 8446, 5.3 */
static void
make_nonce(const struct state *state, unsigned char nonce[NONCE])
{
	const size_t zeros = NONCE - sizeof state->number;

	memcpy(nonce, state->iv.data, NONCE);
	for (size_t i = 0; i < sizeof state->number; i++)
		nonce[zeros + i] ^= state->number[i];
}

/* RFC 8446, 5.2: encrypts the content followed by its type; the header is authenticated with
 * it. */
static int
encrypt_record(const struct state *state, unsigned char *header, const void *bytes,
    size_t size, unsigned char *sealed, size_t *sealed_size)
{
	static const unsigned char type = APPLICATION_DATA;
	/* The library only reads these bytes. */
	const giovec_t content[] = { { (void *)(uintptr_t)bytes, size },
		{ (void *)(uintptr_t)&type, sizeof type } };
	const giovec_t authenticated = { header, HEADER };
	gnutls_aead_cipher_hd_t handle;
	unsigned char nonce[NONCE];

	if (state->iv.size != NONCE ||
	    gnutls_aead_cipher_init(&handle, state->cipher, &state->key) < 0)
		return -1;
	make_nonce(state, nonce);
	int code = gnutls_aead_cipher_encryptv(handle, nonce, NONCE, &authenticated, 1,
	    gnutls_cipher_get_tag_size(state->cipher), content, 2, sealed, sealed_size);
	gnutls_aead_cipher_deinit(handle);
	return code;
}

/* Makes the library count one more record, so that no other record gets its nonce. */
static int
count_record(gnutls_session_t tls, struct state *state)
{
	size_t i = sizeof state->number;

	while (i > 0 && ++state->number[--i] == 0)
		;
	return gnutls_record_set_state(tls, 0, state->number);
}

static int
write_record(
    gnutls_session_t tls, struct transport *transport, const void *bytes, size_t size)
{
	struct state state;

	if (get_state(tls, &state) < 0)
		return -1;
	size_t sealed_size = size + 1 + gnutls_cipher_get_tag_size(state.cipher);
	unsigned char record[HEADER + PART + 1 + TAG_MAX] = { APPLICATION_DATA, 3, 3,
		(unsigned char)(sealed_size >> 8), (unsigned char)sealed_size };
	if (encrypt_record(&state, record, bytes, size, record + HEADER, &sealed_size) <
		0 ||
	    count_record(tls, &state) < 0)
		return -1;
	return transport_write(transport, record, HEADER + sealed_size);
}

bool
earlydata_is_full(const struct earlydata *ahead)
{
	return ahead->written >= MOST;
}

static size_t
smaller_size(size_t one, size_t other)
{
	return one < other ? one : other;
}

size_t
earlydata_write(struct earlydata *ahead, gnutls_session_t tls,
    struct transport *transport, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	size_t left = size;

	while (left > 0 && ahead->written < MOST) {
		size_t part =
		    smaller_size(left, smaller_size(PART, ahead->record_size));
		if (write_record(tls, transport, from, part) < 0)
			break;
		from += part;
		left -= part;
		ahead->written += part;
	}
	return size - left;
}
