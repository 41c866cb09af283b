/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_CALL_H
#define TLSD_TESTS_CALL_H

/* Helpers of the load programs: connecting, and TLS sessions that accept any certificate. */

#include <gnutls/gnutls.h>
#include <netinet/in.h>

#define CALL_TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define CALL_TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* To be called before the first session, and after the last. */
void call_init(void);
void call_fini(void);

/* Returns a connected socket whose reads time out after a minute, or -1 with errno.
 * `host` is in host byte order. */
int call_dial(in_addr_t host, unsigned port);

/* Returns a TLS client on `fd`, which the caller keeps. `flags` are added for gnutls_init(3). */
gnutls_session_t call_session(int fd, unsigned flags, const char *priority);

/* Completes the handshake. Returns 0, or the library's error. */
int call_shake(gnutls_session_t tls);

#endif
