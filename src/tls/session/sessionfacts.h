/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_SESSIONFACTS_H
#define TLSD_TLS_SESSION_SESSIONFACTS_H

/* Facts of a session, for the log and for the programs of answers. */

#include <stdbool.h>
#include <stdint.h>

/* How the client ended its side. */
enum session_end {
	SESSION_OPEN, /* not yet, or not visibly */
	SESSION_END_NOTIFY, /* by a close_notify (RFC 8446, 6.1) */
	SESSION_END_FIN, /* by the end of the TCP connection alone */
	SESSION_END_RESET
};

/* The negotiated parameters, for the log; the strings live as long as the session. */
struct session_facts {
	const char *version; /* "TLS1.3" */
	const char *cipher; /* "AES-128-GCM" */
	const char *suite; /* "TLS_AES_128_GCM_SHA256" */
	const char *group; /* "X25519" */
	const char *sni; /* the host; "-" if the client named none */
	char alpn[256]; /* escaped; "-" if the client sent none */
	bool resumed;
	bool early; /* the answer left before the client had finished its handshake */
	uint64_t bytes_in, bytes_out; /* of application data */
	enum session_end end;
};

#endif
