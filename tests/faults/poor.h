/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_POOR_H
#define TLSD_TESTS_POOR_H

/*
 * Runs a real tlsd that lacks resources by means of shortage.so, and a client that
 * repeats its connection, each time with another allocation failing. Failures are
 * reported with Check's assertions.
 */

#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/peer.h"
#include "faults/shortage.h"
#include "lib/suite.h"

#define POOR_ALL (LONG_MAX / 2) /* as `many`: all further allocations fail */
#define POOR_HELLO "Hello, TLS!\n"
#define POOR_TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define POOR_TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* A connection that a test repeats. */
struct life {
	struct peer_options options;
	const char *pair; /* the client's NAME.crt and NAME.key; NULL for none */
	const char *header; /* PROXY header, sent before the ClientHello; or NULL */
	const char *words; /* sent by the client; or NULL */
	const char *answer; /* expected; NULL: the words, or else POOR_HELLO */
	const char *opening; /* expected beginning of a variable answer; or NULL */
	bool resumed;
	bool retried; /* the server sends a HelloRetryRequest */
	const char *refused; /* logged reason why no answer comes; or NULL */
	bool bare; /* no reserve, and only allocations of tlsd's own code fail */
	bool waits; /* sends only its ClientHello until it is parked */
	bool stalls; /* reads nothing of its answer until it is parked */
	bool idles; /* completes its handshake, then sends nothing until it is parked */
	void (*hold)(
	    bool holds); /* delays it, from its start until it is parked; or NULL */
	void (*leave)(const struct peer *peer); /* all that the client does; or NULL */
	const struct life *next; /* the next connection; NULL: the same again */
};

struct poor {
	struct daemon *daemon;
	unsigned port;
	size_t descriptors; /* without connections */
	struct shortage *shortage;
	gnutls_certificate_credentials_t pair; /* of the client, once it is loaded */
	gnutls_datum_t ticket; /* if `resumed` */
	struct peer *peer; /* the current connection */
	long parked; /* parked connections before the current one */
	long made; /* allocations of a connection without failures */
	long many; /* allocations that fail in succession */
	long before; /* allocated blocks before the connection */
	size_t broken; /* connections broken by failed allocations */
};

/* Starts a server that shares its page with shortage.so. Creation of thread number
 * `thread` fails; 0: no failure. */
struct poor poor_spawn(const char *more, long thread);

/* Starts a server with two workers and waits until it serves. */
struct poor poor_serve(const char *more);

/* Starts a server with `workers` workers and waits until it serves. */
struct poor poor_serve_crowd(size_t workers, const char *more);

/* Stops the server and frees the members of `poor`. */
void poor_stop(struct poor *poor);

/* Lets `many` allocations fail from number `first` on, counted from this call. */
void poor_order(struct poor *poor, long first, long many);

/* Ends the failures. Returns the number of allocations since poor_order(). */
long poor_relieve(struct poor *poor);

/* Waits until the server has no connections. */
void poor_settle(struct poor *poor);

/* Makes a connection. Returns true if the whole answer came. */
bool poor_attempt(struct poor *poor, const struct life *life);

/* Starts servers with `ini`. For each allocation of a connection, makes one connection
 * in which it fails, and one in which all later ones fail, too. Such a connection may
 * break, which must be logged. The next connection and the server must work. */
void poor_fail_each(const char *ini, const struct life *life);

/* Calls poor_fail_each() for a server that requires client certificates; `more` is
 * added to its configuration. The certificate of `life` has a key of `algorithm`. Its
 * issuer is the right authority, or, if `refused` is set, another one with the same
 * name. */
void poor_fail_each_client(
    const char *more, const struct life *life, gnutls_pk_algorithm_t algorithm);

/* Declares tests that take long, and that are skipped under a sanitizer. */
#define POOR(name, ...) SUITE_IF(poor_lacks_malloc, name, __VA_ARGS__)
const char *poor_lacks_malloc(void);

#endif
