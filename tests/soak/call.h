/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_CALL_H
#define TLSD_TESTS_CALL_H

/* What clients of long loads share: connecting, and a TLS session that trusts anybody. */

#include <gnutls/gnutls.h>
#include <netinet/in.h>

#define CALL_TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define CALL_TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* Before the first session, and behind the last one. */
void call_init(void);
void call_fini(void);

/* A connected socket that waits a minute at most; `host` is in the host's byte order. -1 with
 * errno. */
int call_dial(in_addr_t host, unsigned port);

/* A client over `fd`, which stays the caller's, with more flags for gnutls_init(3). */
gnutls_session_t call_session(int fd, unsigned flags, const char *priority);

/* 0, or what the library said. */
int call_shake(gnutls_session_t tls);

#endif
