/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The explanation of a trace, in sentences. */
#include "client/explain/tracesummary.h"

#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "client/connection/trace.h"

static bool
has_message(const struct trace *trace, enum trace_direction direction, unsigned message)
{
	return trace_find(trace, direction, TRACE_HANDSHAKE, message) < trace->count;
}

/* Returns the index of the last handshake message that is not a ticket. */
static size_t
end_of_handshake(const struct trace *trace)
{
	size_t end = 0;

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_event *event = &trace->events[i];
		if (event->kind == TRACE_HANDSHAKE && event->number != TRACE_TICKET)
			end = i;
	}
	return end;
}

static void
tell_round_trips(const struct trace *trace, struct stringlist *lines)
{
	size_t data = trace_find(trace, TRACE_IN, TRACE_DATA, 0);
	unsigned tcp = trace_find(trace, TRACE_IN, TRACE_CONNECT, 0) < trace->count;
	unsigned handshake = trace_round_trips(trace, end_of_handshake(trace)) - tcp;

	stringlist_format(lines, "The handshake took %u round trip%s%s.", handshake,
	    text_plural(handshake), tcp != 0 ? ", after the one of TCP" : "");
	if (data < trace->count) {
		unsigned answer = trace_round_trips(trace, data) - tcp;
		stringlist_format(lines,
		    "The first byte of the answer came after %u round trip%s.", answer,
		    text_plural(answer));
	}
}

static void
tell_bytes(const struct trace *trace, struct stringlist *lines)
{
	size_t bytes[2] = { 0 };
	unsigned flights = 0;
	int direction = -1; /* of the current flight */

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_event *event = &trace->events[i];
		bytes[event->direction] += event->wire;
		if (event->wire > 0 && (int)event->direction != direction) {
			direction = (int)event->direction;
			flights++;
		}
	}
	stringlist_format(lines,
	    "%zu byte%s went to the server and %zu came back, in %u flight%s.",
	    bytes[TRACE_OUT], text_plural(bytes[TRACE_OUT]), bytes[TRACE_IN], flights,
	    text_plural(flights));
}

void
tracesummary_tell(const struct trace *trace, bool resumed, struct stringlist *lines)
{
	bool done = has_message(trace, TRACE_IN, TRACE_FINISHED);

	tell_round_trips(trace, lines);
	tell_bytes(trace, lines);
	if (has_message(trace, TRACE_IN, TRACE_HELLO_RETRY))
		stringlist_format(lines,
		    "HelloRetryRequest: a round trip lost, because no key share "
		    "suited the server.");
	if (trace_has_early_answer(trace))
		stringlist_format(lines,
		    "Early answer: the server did not wait for the client's "
		    "Finished.");
	if (done && !has_message(trace, TRACE_IN, TRACE_CERTIFICATE))
		stringlist_format(lines, "No certificate came: %s.",
		    resumed ? "the session was resumed" : "a pre-shared key was used");
	if (has_message(trace, TRACE_IN, TRACE_CERTIFICATE_REQUEST))
		stringlist_format(lines, "The server asked for a client certificate%s.",
		    has_message(trace, TRACE_OUT, TRACE_CERTIFICATE_VERIFY)
			? ", and was given one"
			: ": none was given");
}
