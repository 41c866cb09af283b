/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_FORGE_H
#define TLSD_TESTS_FORGE_H

/*
 * Records that no library sends: whatever type and content, encrypted with the keys of a
 * client that has shaken hands with AES-128-GCM. Everything that must work is checked with
 * Check's assertions.
 */

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FORGE_CHANGE_CIPHER_SPEC = 20,
	FORGE_ALERT = 21,
	FORGE_HANDSHAKE = 22,
	FORGE_DATA = 23,
	FORGE_MAX = 256, /* bytes in a record */
	FORGE_RECORD_MAX = FORGE_MAX + 64
};

struct forge {
	gnutls_aead_cipher_hd_t cipher;
	int is_13;
	unsigned char salt[12];
	uint64_t sequence; /* of the next record */
};

/* From now on the records of `tls` are forged, not sent by it. */
void forge_init(struct forge *forge, gnutls_session_t tls);
void forge_fini(struct forge *forge);

/* Writes the next record of that type and content. Returns its size. */
size_t forge_record(struct forge *forge, int type, const void *bytes, size_t size,
    unsigned char out[FORGE_RECORD_MAX]);

#endif
