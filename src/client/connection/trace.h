/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_TRACE_H
#define TLSD_CLIENT_CONNECTION_TRACE_H

/*
 * The events of one connection, in order: the messages, alerts and data of TLS, with time,
 * direction and size on the wire. The trace gets the bytes, whose record headers it reads (RFC
 * 8446, 5.1), and from the decrypting side their contents. Independent of the TLS library. One
 * thread at a time.
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
	TRACE_ALERT, /* `number` is the alert */
	TRACE_DATA, /* application data that came at once */
	TRACE_END, /* the peer's end of file: TCP's FIN */
	TRACE_UNKNOWN /* a record of unknown content */
};

/* Message numbers that the code refers to. */
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
	size_t wire; /* of its records; 0 if it shares the previous event's */
	unsigned records;
	bool encrypted;
};

/* The stream of records in one direction, as far as it has been seen. */
struct trace_stream {
	unsigned char head[7]; /* of the current record, and two bytes of its body */
	size_t have, left;
	int64_t began_ns; /* the first record that belongs to no content yet */
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

/* Begins a trace at `start_ns`, in all-zero or finished storage. */
void trace_init(struct trace *trace, int64_t start_ns);
void trace_fini(struct trace *trace);

/* Adds an event that has no record: TRACE_CONNECT or TRACE_END. */
void trace_add(struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, int64_t now_ns);

/* Notes that `size` bytes passed the wire at `now_ns`. They may be cut anywhere; it finds the
 * records. */
void trace_bytes(struct trace *trace, enum trace_direction direction,
    const unsigned char *bytes, size_t size, int64_t now_ns);

/*
 * Adds the content of records. Call it before the bytes if they are sent, and after them if
 * they are received. `size` is that of the message without its header, or of the data.
 */
void trace_content(struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, unsigned number, size_t size);

/* Adds the remaining records, whose content is unknown, at the end. */
void trace_finish(struct trace *trace);

/* Writes a name such as "Certificate", "Alert: bad certificate" or "application data". Returns
 * `out`. */
char *trace_name(const struct trace_event *event, char out[TRACE_NAME_SIZE]);

/* Returns how often the client had to wait for the server before event `end`, including TCP's
 * own round trip. */
unsigned trace_round_trips(const struct trace *trace, size_t end);

/* True if event `i` begins a flight: it is the first event, or the previous one has the other
 * direction. */
bool trace_begins_flight(const struct trace *trace, size_t i);

/* Returns the index of the first such event, or trace->count if there is none. */
size_t trace_find(const struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, unsigned number);

/* True if application data came from the server before the client's Finished (RFC 8446, 2). */
bool trace_has_early_answer(const struct trace *trace);

#endif
