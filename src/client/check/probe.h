/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_PROBE_H
#define TLSD_CLIENT_CHECK_PROBE_H

/*
 * A ClientHello with exactly the given parameters, and the first message of the server's
 * answer. The connection can be dropped after it. This needs no cryptography, so it can try
 * versions, suites and groups that the TLS library does not know (RFC 8446, 4.1; RFC 5246,
 * 7.4.1). Pure functions.
 */

#include <stddef.h>
#include <stdint.h>

#define PROBE_SIZE 2048
#define PROBE_LIST_MAX 80

enum {
	PROBE_SSL3 = 0x0300,
	PROBE_TLS10 = 0x0301,
	PROBE_TLS12 = 0x0303,
	PROBE_TLS13 = 0x0304
};
enum { PROBE_P256 = 0x0017, PROBE_X25519 = 0x001d };

struct probe_list {
	uint16_t items[PROBE_LIST_MAX];
	size_t count;
};

struct probe {
	uint16_t version; /* the highest offered; with TLS 1.3 the only one */
	struct probe_list suites, groups;
	uint16_t share; /* PROBE_P256, PROBE_X25519, or 0: the server names its group */
	const char *name; /* for the SNI, or NULL */
	const char *alpn; /* to offer, or NULL */
};

enum probe_kind {
	PROBE_PARTIAL, /* more bytes are needed */
	PROBE_HELLO, /* a ServerHello */
	PROBE_RETRY, /* a HelloRetryRequest */
	PROBE_ALERT, /* the server refused */
	PROBE_SILENT, /* the server closed the connection, or did not answer */
	PROBE_NOT_TLS
};

struct probe_answer {
	enum probe_kind kind;
	uint16_t version, suite; /* of a ServerHello */
	uint16_t group; /* with TLS 1.3; else 0 */
	unsigned alert;
};

void probe_list_add(struct probe_list *list, uint16_t item);
void probe_list_remove(struct probe_list *list, uint16_t item);

/* Writes the record and returns its size. */
size_t probe_build(const struct probe *probe, unsigned char out[PROBE_SIZE]);

/* Reads the bytes that the server has sent so far. */
void probe_parse(const unsigned char *bytes, size_t size, struct probe_answer *answer);

#endif
