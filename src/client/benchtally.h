/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCHTALLY_H
#define TLSD_CLIENT_BENCHTALLY_H

/*
 * How the connections of a load went: each one ends in exactly one class, and the tally
 * counts classes, times and what was negotiated. One thread at a time: each thread keeps its
 * own, and they are merged in the end.
 */

#include <stdbool.h>
#include <stdint.h>

#include "client/histogram.h"

/* The words for them are explained in tlsc(1), tlsc bench. */
enum benchtally_class {
	BENCHTALLY_WHOLE, /* answered up to the close_notify */
	BENCHTALLY_REFUSED, /* nobody listens */
	BENCHTALLY_UNREACHABLE, /* another error of connect(2) */
	BENCHTALLY_LOCAL, /* out of descriptors, ports or memory here */
	BENCHTALLY_RESET, /* the connection broke */
	BENCHTALLY_TIMEOUT,
	BENCHTALLY_CLOSED, /* ended by the server in the handshake */
	BENCHTALLY_NOT_TLS, /* something else answers there */
	BENCHTALLY_UNTRUSTED, /* the certificate */
	BENCHTALLY_ALERT, /* refused by the server */
	BENCHTALLY_PROTOCOL, /* the server broke the rules */
	BENCHTALLY_TRUNCATED, /* ended without close_notify */
	BENCHTALLY_CLASSES
};

/* One connection. */
struct benchtally_call {
	enum benchtally_class class;
	int64_t
	    first_ns; /* from connect(2) to the answer's first byte; -1: none came */
	int64_t total_ns; /* from connect(2) to the close_notify */
	uint64_t bytes; /* of the answer */
	bool resumed;
	const char *version, *suite; /* for ever valid; NULL without a handshake */
};

#define BENCHTALLY_SUITES 16 /* more kinds than these are not told apart */

struct benchtally_suite {
	const char *version, *suite;
	uint64_t count;
};

/* All-zero storage is an empty one. */
struct benchtally {
	uint64_t ended[BENCHTALLY_CLASSES]; /* by class */
	uint64_t resumed; /* handshakes */
	uint64_t bytes;
	struct benchtally_suite
	    suites[BENCHTALLY_SUITES]; /* handshakes; NULL ends it */
	struct histogram first, total; /* of whole answers only */
};

void benchtally_add(struct benchtally *tally, const struct benchtally_call *call);
void benchtally_merge(struct benchtally *tally, const struct benchtally *from);

uint64_t benchtally_connections(const struct benchtally *tally);
uint64_t benchtally_failures(const struct benchtally *tally);

/* The word for a class, such as "not-tls". */
const char *benchtally_word(enum benchtally_class class);

#endif
