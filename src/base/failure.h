/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FAILURE_H
#define TLSD_BASE_FAILURE_H

/*
 * The closed list of ways in which a connection fails. Each failed connection has exactly
 * one, and its word stands in the log, in the counters and in tlsd(8) with its remedy.
 */
enum failure {
	FAILURE_NONE,
	FAILURE_REFUSED_ADDRESS, /* not among those who may connect */
	FAILURE_REFUSED_LIMIT, /* a bound on connections was reached */
	FAILURE_PROXY_HEADER, /* no PROXY header where one must be, or not a proxy */
	FAILURE_HELLO_TIMEOUT, /* no whole ClientHello in time */
	FAILURE_NOT_TLS, /* the first bytes are no TLS record */
	FAILURE_NOT_TLS_HTTP, /* they are a plain HTTP request */
	FAILURE_HANDSHAKE_TIMEOUT, /* the handshake took too long */
	FAILURE_EARLY_CLOSE, /* the client left before the answer was out */
	FAILURE_VERSION, /* no protocol version in common */
	FAILURE_CIPHER, /* no cipher suite, group or signature in common */
	FAILURE_SNI, /* no service for the host that the client named, or for none */
	FAILURE_ALPN, /* no application protocol in common */
	FAILURE_CERT_MISSING, /* the client gave no certificate where it must */
	FAILURE_CERT_UNTRUSTED, /* its certificate is by nobody we know */
	FAILURE_CERT_EXPIRED, /* it has ended, or not begun */
	FAILURE_CERT_REVOKED, /* its authority has revoked it */
	FAILURE_CRL_EXPIRED, /* nobody knows: the list of its authority is too old */
	FAILURE_CERT_PURPOSE, /* it is not for client authentication */
	FAILURE_NOT_ALLOWED, /* it is good, but not for this service */
	FAILURE_CLIENT_ALERT, /* the client refused, with an alert */
	FAILURE_PROTOCOL, /* the client broke the protocol */
	FAILURE_IDLE_TIMEOUT, /* nothing came for too long */
	FAILURE_WRITE_TIMEOUT, /* the client did not take the answer in time */
	FAILURE_KILLED, /* the administrator ended it */
	FAILURE_BACKEND, /* the backend could not be reached, or broke off */
	FAILURE_EXEC, /* the program could not be started, failed, or took too long */
	FAILURE_INTERNAL, /* the server's own fault */
	FAILURE_COUNT
};

/* The word for it, such as "hello-timeout"; "none" for FAILURE_NONE. */
const char *failure_name(enum failure failure);

#endif
