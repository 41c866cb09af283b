/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_HELLO_CLIENTHELLO_H
#define TLSD_TLS_HELLO_CLIENTHELLO_H

/*
 * Reads from a ClientHello what is needed before the library sees it (RFC 8446, 4.1.2): its
 * service and the group that suits it. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

/* The longest accepted ClientHello, with the header of the message: 64 KiB for as many
 * extensions as there can be (RFC 8446, 4.1.2), and 4 KiB for the rest. */
#define CLIENTHELLO_SIZE_MAX (4 + 68 * 1024)

/* All pointers point into the message. */
struct clienthello {
	/* The host (RFC 6066, 3), without a dot at its end; NULL if the client named none, or
	 * something that is not a host (servername.h). */
	const char *name;
	size_t name_size;
	const char *said; /* the server name as the client sent it; NULL if none */
	size_t said_size;
	const unsigned char *suites; /* the codes, in order of preference */
	size_t suites_size;
	const unsigned char *protocols; /* the list (RFC 7301, 3.1); NULL if none */
	size_t protocols_size;
	const unsigned char *groups; /* the codes (RFC 8446, 4.2.7); NULL if none */
	size_t groups_size;
	const unsigned char *shares; /* the list of key shares (4.2.8); NULL if none */
	size_t shares_size;
	const unsigned char *psk_modes; /* the codes (4.2.9); NULL if none */
	size_t psk_modes_size;
	bool has_psk; /* it has the extension pre_shared_key (4.2.11) */
	/* The client sends a key share for P-256 and none for X25519 (RFC 8446, 4.2.8). A
	 * server that insists on X25519 would ask for another hello, a round trip more. */
	bool wants_p256;
	size_t
	    record_size; /* bytes that it takes in a record (RFC 8449, RFC 6066, 4) */
	bool lists_versions; /* it has the extension supported_versions (4.2.1) */
	unsigned versions; /* those in it: bit 4 for TLS 1.3, 0x0304, down to bit 0 */
};

/*
 * Reads the whole message of `size` bytes, with its header. Returns 0, or -1 if its parts do
 * not add up, or if an extension that is read here comes twice or is malformed. A server name
 * is valid if it is alone in its list and has the type host_name. Other entries can be read in
 * two ways.
 */
int clienthello_read(
    const unsigned char *message, size_t size, struct clienthello *hello);

/* Reads what follows the header of such a message. Returns 0, or -1 as clienthello_read() does. */
int clienthello_read_body(
    const unsigned char *body, size_t size, struct clienthello *hello);

/* True if the client offers the application protocol `name`. */
bool clienthello_offers(const struct clienthello *hello, const char *name);

/* True if the client offers the application protocol `name` and no other. */
bool clienthello_offers_only(const struct clienthello *hello, const char *name);

/* True if the client supports the group with this code. */
bool clienthello_supports(const struct clienthello *hello, unsigned group);

/* True if the client sends a key share for the group with this code. */
bool clienthello_shares(const struct clienthello *hello, unsigned group);

/* True if the client offers TLS 1.3. */
bool clienthello_offers_tls13(const struct clienthello *hello);

#endif
