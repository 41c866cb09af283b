/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_FORGE_H
#define TLSD_TESTS_FORGE_H

/*
 * Makes records that no TLS library sends: of any type and content, encrypted with the
 * keys of a client that has completed a handshake with AES-128-GCM. Failures are
 * reported with Check's assertions.
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
	uint64_t sequence; /* number of the next record */
};

/* Takes the sending keys and the sequence number from `tls`, which must not send afterwards. */
void forge_init(struct forge *forge, gnutls_session_t tls);
void forge_fini(struct forge *forge);

/* Writes the next record, with that type and content. Returns its size in bytes. */
size_t forge_record(struct forge *forge, int type, const void *bytes, size_t size,
    unsigned char out[FORGE_RECORD_MAX]);

#endif
