/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_TRACE_H
#define TLSD_CLIENT_TRACE_H

/*
 * What went over one connection, in order: the messages, alerts and data of TLS, each with
 * its time, its direction and what it weighs on the wire. It is told twice: as bytes, from
 * which it reads the records' headers (RFC 8446, 5.1), and as contents, by whoever can
 * decrypt them. Knows no TLS library. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_NAME_SIZE 64
#define TRACE_WAITING_MAX 16

enum trace_direction { TRACE_OUT, TRACE_IN };

enum trace_kind {
	TRACE_CONNECT, /* TCP's own round trip: SYN out, SYN-ACK in */
	TRACE_HANDSHAKE, /* `number` is the type of the message (RFC 8446, B.3) */
	TRACE_CHANGE_CIPHER_SPEC,
	TRACE_ALERT, /* `number` is the alert's */
	TRACE_DATA, /* application data, all that came in one go */
	TRACE_END, /* the peer's end of file: TCP's FIN */
	TRACE_UNKNOWN /* a record that nobody could read */
};

/* Numbers of messages that mean more than their name. */
enum {
	TRACE_CLIENT_HELLO = 1,
	TRACE_SERVER_HELLO = 2,
	TRACE_TICKET = 4,
	TRACE_CERTIFICATE = 11,
	TRACE_CERTIFICATE_REQUEST = 13,
	TRACE_CERTIFICATE_VERIFY = 15,
	TRACE_FINISHED = 20,
	TRACE_HELLO_RETRY = 0x100 /* a ServerHello that asks for another ClientHello */
};

struct trace_event {
	enum trace_direction direction;
	enum trace_kind kind;
	unsigned number;
	int64_t at_ns; /* since the first event */
	size_t size; /* of the message or the data */
	size_t wire; /* of its records; 0 if it came in the record of the one before */
	unsigned records;
	bool encrypted;
};

/* A direction's stream of records, as far as it has been seen. */
struct trace_stream {
	unsigned char head[7]; /* of the present record, and two bytes of its body */
	size_t have, left;
	int64_t began_ns; /* the first record that no content has claimed */
	size_t wire, body;
	unsigned records;
	unsigned char type;
	bool changed; /* a ChangeCipherSpec came */
};

struct trace {
	struct trace_event *events;
	size_t count;
	int64_t start_ns;
	struct trace_stream streams[2];
	struct trace_event waiting[TRACE_WAITING_MAX]; /* contents not yet sent */
	size_t waiting_count;
};

/* Begins at the instant `start_ns`, in all-zero or finished storage. */
void trace_init(struct trace *trace, int64_t start_ns);
void trace_fini(struct trace *trace);

/* Adds an event that has no record: TRACE_CONNECT or TRACE_END. */
void trace_add(struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, int64_t now_ns);

/* `size` bytes went over the wire at `now_ns`. Cuts them into records, wherever they are
 * cut. */
void trace_bytes(struct trace *trace, enum trace_direction direction,
    const unsigned char *bytes, size_t size, int64_t now_ns);

/*
 * What a record holds: to be called before the bytes of what is sent and after those of
 * what was received. `size` is that of the message without its header, or of the data.
 */
void trace_content(struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, unsigned number, size_t size);

/* Adds what has no content to its records, at the end. */
void trace_finish(struct trace *trace);

/* "Certificate", "Alert: bad certificate", "application data". Returns `out`. */
char *trace_name(const struct trace_event *event, char out[TRACE_NAME_SIZE]);

/* How often the client had to wait for the server before event `end`: TCP's own round trip
 * is counted too. */
unsigned trace_round_trips(const struct trace *trace, size_t end);

/* True where event `i` begins a flight: the first one in its direction. */
bool trace_begins_flight(const struct trace *trace, size_t i);

/* The place of the first event like this, trace->count if there is none. */
size_t trace_find(const struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, unsigned number);

/* Application data came with the server's first flight, or with the rest of it before the
 * client had finished (RFC 8446, 2). */
bool trace_has_early_answer(const struct trace *trace);

#endif
