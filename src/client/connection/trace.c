/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The events of one connection: records and their contents. */
#include "client/connection/trace.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alert.h"
#include "base/memory/memory.h"
#include "base/text/text.h"

#define HEADER_SIZE 5
#define MESSAGE_HEADER_SIZE 4
#define ALERT_SIZE 2

/* The types of records (RFC 8446, B.1). */
enum {
	RECORD_CHANGE_CIPHER_SPEC = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23
};

void
trace_init(struct trace *trace, int64_t start_ns)
{
	*trace = (struct trace){ .start_ns = start_ns };
}

void
trace_fini(struct trace *trace)
{
	free(trace->events);
	*trace = (struct trace){ 0 };
}

/* Returns the place after all events that are not later: data may have lain unread while we
 * sent. */
static size_t
place_of(const struct trace *trace, int64_t at_ns)
{
	size_t place = trace->count;

	while (place > 0 && trace->events[place - 1].at_ns > at_ns)
		place--;
	return place;
}

static bool
is_continued(const struct trace_event *last, const struct trace_event *event)
{
	return event->kind == TRACE_DATA && last->kind == TRACE_DATA &&
	       last->direction == event->direction;
}

static void
append_event(struct trace *trace, struct trace_event event)
{
	event.at_ns -= trace->start_ns;
	size_t place = place_of(trace, event.at_ns);

	if (place > 0 && is_continued(&trace->events[place - 1], &event)) {
		struct trace_event *last = &trace->events[place - 1];
		last->size += event.size;
		last->wire += event.wire;
		last->records += event.records;
		return;
	}
	trace->events = memory_resize(trace->events, (trace->count + 1) * sizeof event);
	memmove(trace->events + place + 1, trace->events + place,
	    (trace->count++ - place) * sizeof event);
	trace->events[place] = event;
}

void
trace_add(struct trace *trace, enum trace_direction direction, enum trace_kind kind,
    int64_t now_ns)
{
	append_event(
	    trace, (struct trace_event){
		       .direction = direction, .kind = kind, .at_ns = now_ns });
}

/*
 * True if the event is encrypted. In TLS 1.2 everything after a ChangeCipherSpec is. In TLS 1.3
 * it means nothing: encrypted records have the type of data, and hellos and an alert of two
 * bytes are in the clear.
 */
static bool
is_encrypted(const struct trace_stream *stream, const struct trace_event *event)
{
	if (stream->type == RECORD_DATA)
		return true;
	if (!stream->changed || stream->type == RECORD_CHANGE_CIPHER_SPEC)
		return false;
	if (event->kind == TRACE_ALERT)
		return stream->body != ALERT_SIZE;
	return event->number != TRACE_CLIENT_HELLO &&
	       event->number != TRACE_SERVER_HELLO &&
	       event->number != TRACE_HELLO_RETRY;
}

/* Assigns the stream's records so far to `event`. */
static void
claim_records(
    struct trace *trace, struct trace_stream *stream, struct trace_event event)
{
	event.encrypted = is_encrypted(stream, &event);
	event.at_ns = stream->began_ns; /* even if it shares a record */
	event.wire = stream->wire;
	event.records = stream->records;
	append_event(trace, event);
	stream->wire = stream->body = 0;
	stream->records = 0;
}

/* Returns the least size of a content in its records' bodies. */
static size_t
least_size(const struct trace_event *event)
{
	if (event->kind == TRACE_HANDSHAKE)
		return event->size + MESSAGE_HEADER_SIZE;
	return event->kind == TRACE_ALERT ? ALERT_SIZE : event->size;
}

/* Assigns sent records to the next content once it has been sent completely. Without a waiting
 * content they are unknown. */
static void
claim_sent(struct trace *trace, struct trace_stream *stream)
{
	if (trace->waiting_count == 0) {
		claim_records(trace, stream,
		    (struct trace_event){
			.direction = TRACE_OUT, .kind = TRACE_UNKNOWN });
		return;
	}
	if (stream->body < least_size(&trace->waiting[0]))
		return;
	claim_records(trace, stream, trace->waiting[0]);
	memmove(trace->waiting, trace->waiting + 1,
	    --trace->waiting_count * sizeof trace->waiting[0]);
}

/* Ends a record. A ChangeCipherSpec and an alert in the clear need no separate content. */
static void
end_record(struct trace *trace, enum trace_direction direction)
{
	struct trace_stream *stream = &trace->streams[direction];
	struct trace_event event = { .direction = direction };

	stream->records++;
	if (stream->type == RECORD_CHANGE_CIPHER_SPEC) {
		event.kind = TRACE_CHANGE_CIPHER_SPEC;
		event.size = 1;
		claim_records(trace, stream, event);
		stream->changed = true;
	} else if (stream->type == RECORD_ALERT && stream->body == ALERT_SIZE) {
		event.kind = TRACE_ALERT;
		event.number = stream->head[HEADER_SIZE + 1];
		event.size = ALERT_SIZE;
		claim_records(trace, stream, event);
	} else if (direction == TRACE_OUT) {
		claim_sent(trace, stream);
	}
}

static void
begin_record(struct trace_stream *stream, int64_t now_ns)
{
	size_t body = (size_t)stream->head[3] << 8 | stream->head[4];

	if (stream->wire == 0)
		stream->began_ns = now_ns;
	stream->type = stream->head[0];
	stream->left = body;
	stream->body += body;
	stream->wire += HEADER_SIZE + body;
}

/* Takes the next bytes of a header or a body. Returns their number. */
static size_t
take_bytes(struct trace_stream *stream, const unsigned char *bytes, size_t size,
    int64_t now_ns)
{
	size_t n = size;

	if (stream->have < HEADER_SIZE) {
		stream->head[stream->have++] = *bytes;
		if (stream->have == HEADER_SIZE)
			begin_record(stream, now_ns);
		return 1;
	}
	if (n > stream->left)
		n = stream->left;
	for (size_t i = 0; i < n && stream->have < sizeof stream->head; i++)
		stream->head[stream->have++] = bytes[i];
	stream->left -= n;
	return n;
}

void
trace_bytes(struct trace *trace, enum trace_direction direction,
    const unsigned char *bytes, size_t size, int64_t now_ns)
{
	struct trace_stream *stream = &trace->streams[direction];

	while (size > 0) {
		size_t n = take_bytes(stream, bytes, size, now_ns);
		bytes += n;
		size -= n;
		if (stream->have >= HEADER_SIZE && stream->left == 0) {
			end_record(trace, direction);
			stream->have = 0;
		}
	}
}

void
trace_content(struct trace *trace, enum trace_direction direction, enum trace_kind kind,
    unsigned number, size_t size)
{
	struct trace_event event = {
		.direction = direction, .kind = kind, .number = number, .size = size
	};

	if (direction == TRACE_IN)
		claim_records(trace, &trace->streams[TRACE_IN], event);
	else if (trace->waiting_count < TRACE_WAITING_MAX)
		trace->waiting[trace->waiting_count++] = event;
}

void
trace_finish(struct trace *trace)
{
	for (int i = TRACE_OUT; i <= TRACE_IN; i++)
		if (trace->streams[i].records > 0)
			claim_records(trace, &trace->streams[i],
			    (struct trace_event){ .direction = (enum trace_direction)i,
				.kind = TRACE_UNKNOWN });
}

static const char *
message_name(unsigned number)
{
	static const char *const names[] = { [0] = "HelloRequest",
		[TRACE_CLIENT_HELLO] = "ClientHello",
		[TRACE_SERVER_HELLO] = "ServerHello",
		[TRACE_TICKET] = "NewSessionTicket",
		[5] = "EndOfEarlyData",
		[8] = "EncryptedExtensions",
		[TRACE_CERTIFICATE] = "Certificate",
		[12] = "ServerKeyExchange",
		[TRACE_CERTIFICATE_REQUEST] = "CertificateRequest",
		[14] = "ServerHelloDone",
		[TRACE_CERTIFICATE_VERIFY] = "CertificateVerify",
		[16] = "ClientKeyExchange",
		[TRACE_FINISHED] = "Finished",
		[22] = "CertificateStatus",
		[24] = "KeyUpdate",
		[25] = "CompressedCertificate",
		[TRACE_HELLO_RETRY] = "HelloRetryRequest" };

	if (number >= sizeof names / sizeof names[0] || names[number] == NULL)
		return "unknown message";
	return names[number];
}

char *
trace_name(const struct trace_event *event, char out[TRACE_NAME_SIZE])
{
	const char *name = "unknown record";

	switch (event->kind) {
	case TRACE_CONNECT:
		name = event->direction == TRACE_OUT ? "TCP SYN" : "TCP SYN-ACK";
		break;
	case TRACE_HANDSHAKE:
		name = message_name(event->number);
		break;
	case TRACE_CHANGE_CIPHER_SPEC:
		name = "ChangeCipherSpec";
		break;
	case TRACE_ALERT:
		snprintf(out, TRACE_NAME_SIZE, "Alert: %s", alert_name(event->number));
		return out;
	case TRACE_DATA:
		snprintf(out, TRACE_NAME_SIZE, "application data, %zu byte%s",
		    event->size, text_plural(event->size));
		return out;
	case TRACE_END:
		name = "TCP FIN";
		break;
	case TRACE_UNKNOWN:
		break;
	}
	snprintf(out, TRACE_NAME_SIZE, "%s", name);
	return out;
}

bool
trace_begins_flight(const struct trace *trace, size_t i)
{
	assert(i < trace->count);
	return i == 0 || trace->events[i - 1].direction != trace->events[i].direction;
}

unsigned
trace_round_trips(const struct trace *trace, size_t end)
{
	unsigned trips = 0;

	for (size_t i = 1; i <= end && i < trace->count; i++)
		if (trace->events[i].direction == TRACE_IN &&
		    trace_begins_flight(trace, i))
			trips++;
	return trips;
}

size_t
trace_find(const struct trace *trace, enum trace_direction direction,
    enum trace_kind kind, unsigned number)
{
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_event *event = &trace->events[i];
		if (event->direction == direction && event->kind == kind &&
		    event->number == number)
			return i;
	}
	return trace->count;
}

bool
trace_has_early_answer(const struct trace *trace)
{
	size_t finished = trace_find(trace, TRACE_OUT, TRACE_HANDSHAKE, TRACE_FINISHED);
	size_t data = trace_find(trace, TRACE_IN, TRACE_DATA, 0);

	return data < trace->count && data < finished;
}
