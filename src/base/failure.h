/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FAILURE_H
#define TLSD_BASE_FAILURE_H

#include <stdbool.h>

/*
 * All ways in which a connection fails. Each failed connection has exactly one, and its word
 * appears in the log, in the counters and in tlsd(8) with its remedy.
 */
enum failure {
	FAILURE_NONE,
	FAILURE_REFUSED_ADDRESS, /* not among the addresses that may connect */
	FAILURE_REFUSED_LIMIT, /* a limit on connections was reached */
	FAILURE_PROXY_HEADER, /* a required PROXY header is missing, or not a proxy */
	FAILURE_HELLO_TIMEOUT, /* no whole ClientHello in time */
	FAILURE_NOT_TLS, /* the first bytes are not a TLS record */
	FAILURE_NOT_TLS_HTTP, /* they are a plain HTTP request */
	FAILURE_HANDSHAKE_TIMEOUT, /* the handshake took too long */
	FAILURE_EARLY_CLOSE, /* the client left before the answer was sent */
	FAILURE_VERSION, /* no protocol version in common */
	FAILURE_CIPHER, /* no cipher suite, group or signature in common */
	FAILURE_SNI, /* no service for the host that the client named, or for none */
	FAILURE_ALPN, /* no application protocol in common */
	FAILURE_ACME, /* no certificate for the challenge of an authority */
	FAILURE_CERT_MISSING, /* the client did not give the required certificate */
	FAILURE_CERT_UNTRUSTED, /* no known authority issued its certificate */
	FAILURE_CERT_EXPIRED, /* it has expired or is not yet valid */
	FAILURE_CERT_REVOKED, /* its authority has revoked it */
	FAILURE_CRL_EXPIRED, /* unknown, because the list of its authority is too old */
	FAILURE_CERT_PURPOSE, /* it is not for client authentication */
	FAILURE_PSK, /* its pre-shared key is wrong, or its identity unknown */
	FAILURE_NOT_ALLOWED, /* it is valid, but not allowed for this service */
	FAILURE_CLIENT_ALERT, /* the client refused, with an alert */
	FAILURE_PROTOCOL, /* the client broke the protocol */
	FAILURE_IDLE_TIMEOUT, /* nothing came for too long */
	FAILURE_WRITE_TIMEOUT, /* the client did not take the answer in time */
	FAILURE_KILLED, /* the administrator closed it */
	FAILURE_BACKEND, /* the backend could not be reached, or closed early */
	FAILURE_EXEC, /* the program could not be started, failed, or took too long */
	FAILURE_INTERNAL, /* an error of the server itself */
	FAILURE_COUNT
};

/* Returns the word for a failure, such as "hello-timeout"; "none" for FAILURE_NONE. */
const char *failure_name(enum failure failure);

/* Returns the cause of a failure and its remedy, in short: sentences of tlsd(8), which has more
 * of them. "" for FAILURE_NONE. */
const char *failure_remedy(enum failure failure);

/* True if the failure suggests a hostile client: it does not use TLS or violates it, starts too
 * late, or connects where it may not or more often than it may. An honest client may also fail
 * so now and then. */
bool failure_is_hostile(enum failure failure);

#endif
