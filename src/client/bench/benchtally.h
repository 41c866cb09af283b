/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_BENCHTALLY_H
#define TLSD_CLIENT_BENCH_BENCHTALLY_H

/*
 * The outcomes of a load's connections. Each connection ends in exactly one class. The tally
 * counts classes, times and negotiated suites. One thread at a time: each thread keeps its own
 * tally, and they are merged in the end.
 */

#include <stdbool.h>
#include <stdint.h>

#include "client/bench/histogram.h"

/* tlsc(1), tlsc bench, explains their words. */
enum benchtally_class {
	BENCHTALLY_WHOLE, /* answered up to the close_notify */
	BENCHTALLY_REFUSED, /* connection refused */
	BENCHTALLY_UNREACHABLE, /* another error of connect(2) */
	BENCHTALLY_LOCAL, /* out of descriptors, ports or memory here */
	BENCHTALLY_RESET, /* the connection was reset */
	BENCHTALLY_TIMEOUT,
	BENCHTALLY_CLOSED, /* the server closed it in the handshake */
	BENCHTALLY_NOT_TLS, /* the server does not speak TLS */
	BENCHTALLY_UNTRUSTED, /* the certificate is not trusted */
	BENCHTALLY_ALERT, /* the server refused it by an alert */
	BENCHTALLY_PROTOCOL, /* the server violated the protocol */
	BENCHTALLY_TRUNCATED, /* ended without close_notify */
	BENCHTALLY_CLASSES
};

/* One connection. */
struct benchtally_call {
	enum benchtally_class class;
	int64_t
	    first_ns; /* from connect(2) to the answer's first byte; -1 if none came */
	int64_t total_ns; /* from connect(2) to the close_notify */
	uint64_t bytes; /* of the answer */
	bool resumed;
	const char *version, *suite; /* static strings; NULL without a handshake */
};

#define BENCHTALLY_SUITES 16 /* the last row counts all further kinds */

struct benchtally_suite {
	const char *version, *suite;
	uint64_t count;
};

/* All-zero storage is an empty tally. */
struct benchtally {
	uint64_t ended[BENCHTALLY_CLASSES]; /* by class */
	uint64_t resumed; /* handshakes */
	uint64_t bytes;
	struct benchtally_suite
	    suites[BENCHTALLY_SUITES]; /* of handshakes; NULL ends the list */
	struct histogram first, total; /* of whole answers only */
};

void benchtally_add(struct benchtally *tally, const struct benchtally_call *call);
void benchtally_merge(struct benchtally *tally, const struct benchtally *from);

uint64_t benchtally_connections(const struct benchtally *tally);
uint64_t benchtally_failures(const struct benchtally *tally);

/* Returns the word for a class, such as "not-tls". */
const char *benchtally_word(enum benchtally_class class);

#endif
