/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_DEFAULTPRIORITY_H
#define TLSD_CLIENT_OPTIONS_DEFAULTPRIORITY_H

/*
 * Returns the priority string of a client without --priority: TLS 1.3 and 1.2, forward secrecy
 * and authenticated encryption only, no SHA-1, keys of 112 bits of security, and the hybrid
 * groups of the library first. Leaves out the version `without`, "1.2" or "1.3", unless it is
 * NULL. The caller frees the string.
 */
char *defaultpriority(const char *without);

/* Returns the priority string `text` with the library's hybrid groups after its others, because
 * NORMAL has none. The caller frees it. */
char *defaultpriority_widen(const char *text);

/* Appended to defaultpriority() for a client with a pre-shared key, so that suites with the key
 * come first. */
#define DEFAULTPRIORITY_PSK \
	":-ECDHE-ECDSA:-ECDHE-RSA:+ECDHE-PSK:+ECDHE-ECDSA:+ECDHE-RSA"

#endif
