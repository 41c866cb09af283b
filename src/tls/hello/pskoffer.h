/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_HELLO_PSKOFFER_H
#define TLSD_TLS_HELLO_PSKOFFER_H

/* The pre-shared keys that a ClientHello offers, if it offers nothing else: for the reason why
 * its client is refused. A pure function. */

struct clienthello;

enum pskoffer {
	PSKOFFER_NOT_ALONE, /* the client offers something else, or no key */
	PSKOFFER_NOT_EPHEMERAL, /* keys without ECDHE */
	PSKOFFER_CBC, /* keys with ECDHE; among the ciphers is AES-CBC */
	PSKOFFER_EPHEMERAL, /* keys with ECDHE, without AES-CBC */
};

/*
 * Returns what the hello offers. If the client offers TLS 1.3, that is the mode of its key (RFC
 * 8446, 4.2.9): PSKOFFER_NOT_EPHEMERAL or PSKOFFER_NOT_ALONE. Otherwise it is in its cipher
 * suites, of which RFC 4279, 4785, 5487, 5489, 6209, 6367, 6655, 7905 and 8442 define those for
 * keys.
 */
enum pskoffer pskoffer_read(const struct clienthello *hello);

#endif
