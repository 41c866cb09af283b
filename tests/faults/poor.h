/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_POOR_H
#define TLSD_TESTS_POOR_H

/*
 * A real tlsd that lacks what a test wants it to lack, by shortage.so; and a client whose
 * connection is made again and again, each time with another allocation failing. Checks with
 * Check's assertions.
 */

#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/peer.h"
#include "faults/shortage.h"
#include "lib/suite.h"

#define POOR_ALL (LONG_MAX / 2) /* allocations that fail: the rest */
#define POOR_HELLO "Hello, TLS!\n"
#define POOR_TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define POOR_TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* A connection that a test makes again and again. */
struct life {
	struct peer_options options;
	const char *pair; /* the client's NAME.crt and NAME.key; NULL for none */
	const char *header; /* of a proxy, before the hello; or NULL */
	const char *words; /* that the client says; or NULL */
	const char *answer; /* NULL: the words, or POOR_HELLO without any */
	const char *opening; /* of an answer that differs each time; or NULL */
	bool resumed;
	bool retried; /* by a HelloRetryRequest */
	const char *refused; /* it gets no answer, and this is in the log; or NULL */
	bool bare; /* nothing is set aside, and only what tlsd itself asks for fails */
	bool waits; /* says no more than its hello until it is parked */
	bool stalls; /* reads nothing of its answer until it is parked */
	bool idles; /* has shaken hands, and says nothing until it is parked */
	void (*hold)(
	    bool holds); /* it up from its beginning until it is parked; or NULL */
	void (*leave)(const struct peer *peer); /* all that the client does; or NULL */
	const struct life *next; /* the one behind it; NULL: the same */
};

struct poor {
	struct daemon *daemon;
	unsigned port;
	size_t descriptors; /* while nobody is connected */
	struct shortage *shortage;
	gnutls_certificate_credentials_t pair; /* of the client, once it is read */
	gnutls_datum_t ticket; /* of the life that is resumed */
	struct peer *peer; /* whose connection was begun */
	long parked; /* connections before it */
	long made; /* allocations, when none failed */
	long many; /* allocations that fail in a row */
	long before; /* blocks of memory */
	size_t broken; /* connections, by the shortage */
};

/* Starts one that shares its page; the thread of the number `thread` cannot be had, or all
 * can be where that is 0. */
struct poor poor_spawn(const char *more, long thread);

/* Starts one with two workers, and waits until it serves. */
struct poor poor_serve(const char *more);

/* The same with as many workers as that. */
struct poor poor_serve_crowd(size_t workers, const char *more);

/* Stops it, and frees what is here. */
void poor_stop(struct poor *poor);

/* Allocations from `first` on fail, `many` of them. */
void poor_order(struct poor *poor, long first, long many);

/* Ends that. Returns how many allocations there were since it was ordered. */
long poor_relieve(struct poor *poor);

/* Waits until the server has nobody connected. */
void poor_settle(struct poor *poor);

/* One connection. Whether there was the whole answer. */
bool poor_attempt(struct poor *poor, const struct life *life);

/* A server with `ini`, and in it a connection for each of the allocations that such a one
 * makes, in which that fails; and another in which all behind it fail as well. That connection
 * may break, and then says so; the next one, and the server, must not. */
void poor_fail_each(const char *ini, const struct life *life);

/* The same with a server that wants a certificate of its clients, and then says `more`: that of
 * `life` has such a key, and is issued by the right authority; or, if it is refused, by another
 * one of the same name. */
void poor_fail_each_client(
    const char *more, const struct life *life, gnutls_pk_algorithm_t algorithm);

/* SUITE() for tests that take their time, and that no sanitizer can run. */
#define POOR(name, ...) SUITE_IF(poor_lacks_malloc, name, __VA_ARGS__)
const char *poor_lacks_malloc(void);

#endif
