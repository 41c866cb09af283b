/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_SUITE_H
#define TLSD_TLS_POLICY_SUITE_H

/* Cipher suites of the library: their parts, names and flaws. Pure functions. */

#include <gnutls/gnutls.h>
#include <stdbool.h>

struct suite {
	const char *name; /* the library's; NULL for an index that the library skips */
	unsigned char id[2]; /* its code in hellos */
	gnutls_kx_algorithm_t kx;
	gnutls_cipher_algorithm_t cipher;
	gnutls_mac_algorithm_t mac;
	gnutls_protocol_t min_version;
};

enum suite_flaw {
	SUITE_SOUND,
	SUITE_ANONYMOUS,
	SUITE_NOT_SECRET, /* without forward secrecy */
	SUITE_PLAIN, /* without encryption */
	SUITE_CBC
};

/* Fills in the suite at `place`, from 0, in the order of preference. Returns false after the
 * last one. */
bool suite_at(gnutls_priority_t priority, unsigned place, struct suite *suite);

/* Fills in the suite that the library, IANA or OpenSSL calls `name`. Returns false if there is
 * none. */
bool suite_named(const char *name, struct suite *suite);

/*
 * Returns a form of the name that is equal for all names of a suite, whether by the library,
 * IANA or OpenSSL. The caller frees it.
 */
char *suite_common_name(const char *name);

/* True if the suite is a TLS 1.3 suite. */
bool suite_is_tls13(const struct suite *suite);

/* True if a client can use a pre-shared key with the suite: in TLS 1.3 one with SHA-256, the hash
 * of all keys here (RFC 8446, 4.2.11), in TLS 1.2 one with ECDHE-PSK. */
bool suite_takes_psk(const struct suite *suite);

/* Return the flaw of the suite, and the flaw in words; NULL if there is none. */
enum suite_flaw suite_flaw(const struct suite *suite);
const char *suite_flaw_text(enum suite_flaw flaw);

#endif
