/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transport that gives up a wait and continues later, on another thread. */
#include "tls/transport/pause.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tls/transport/transport.h"

struct pause {
	struct transport state; /* its pointers are not used */
	size_t in_size;
	unsigned char bytes[]; /* `in_size` received ones, then those to be sent */
};

bool
transport_park(struct transport *transport, bool parks)
{
	bool before = transport->slice.parks;

	transport->slice.parks = parks;
	return before;
}

bool
transport_is_parked(const struct transport *transport)
{
	return transport->parked.count > 0;
}

struct pause *
transport_leave(const struct transport *transport)
{
	size_t in_size = transport->in.end - transport->in.start;
	struct pause *pause = malloc(sizeof *pause + in_size + transport->out.end);

	if (pause == NULL)
		return NULL;
	pause->state = *transport;
	pause->in_size = in_size;
	memcpy(pause->bytes, transport->in.bytes + transport->in.start, in_size);
	memcpy(pause->bytes + in_size, transport->out.bytes, transport->out.end);
	return pause;
}

void
transport_return(struct transport *transport, struct pause *pause)
{
	struct transport *state = &pause->state;
	bool parks = state->slice.parks;

	state->slice = timeslice_begin(&transport->slice);
	state->slice.parks = parks;
	state->slice.returned = true;
	state->parked.count = 0;
	state->in.bytes = transport->in.bytes;
	state->in.start = 0;
	state->in.end = pause->in_size;
	state->out.bytes = transport->out.bytes;
	*transport = *state;
	memcpy(transport->in.bytes, pause->bytes, pause->in_size);
	memcpy(transport->out.bytes, pause->bytes + pause->in_size, transport->out.end);
	free(pause);
}

size_t
pause_polls(const struct pause *pause, const struct pollfd **polls)
{
	*polls = pause->state.parked.polls;
	return pause->state.parked.count;
}

struct deadline
pause_end(const struct pause *pause)
{
	return pause->state.parked.until;
}

int
transport_give_up(struct transport *transport, const struct pollfd *polls, size_t count,
    struct deadline until)
{
	while (count > 1 && polls[count - 1].fd < 0)
		count--;
	memcpy(transport->parked.polls, polls, count * sizeof *polls);
	transport->parked.count = count;
	transport->parked.until = until;
	errno = EAGAIN;
	return -1;
}

int
transport_give_up_on_peer(struct transport *transport, short events)
{
	const struct pollfd peer = { .fd = transport->fd, .events = events };

	return transport_give_up(transport, &peer, 1, transport_end_of_time(transport));
}
