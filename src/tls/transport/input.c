/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input that is received ahead of its reader. */
#include "tls/transport/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "tls/transport/output.h"
#include "tls/transport/pause.h"
#include "tls/transport/traffic.h"
#include "tls/transport/transport.h"

/*
 * Ensures that the next recv(2) ends by the deadline and, if it may park, by its wait limit.
 * Returns the flags for it, or -1 if time is up. For one slice the socket's own time-out limits
 * the call, then poll(2) does.
 */
static int
wait_for_input(struct transport *transport, bool first)
{
	int left = deadline_left_ms(transport_end_of_time(transport));
	struct pollfd pollfd = { .fd = transport->fd, .events = POLLIN };

	if (left == 0)
		return -1;
	bool far = left < 0 || left >= TIMESLICE_MS;
	if (far && first && transport->sliced && !transport->slice.pressed)
		return 0;
	if (far && transport->slice.parks)
		left = timeslice_wait_limit(&transport->slice, TIMESLICE_MS);
	if (poll(&pollfd, 1, left) == 0 && !transport->slice.parks)
		return -1;
	return MSG_DONTWAIT;
}

/* Calls recv(2) once into the empty read-ahead buffer. -1 with EAGAIN or EINTR is not a
 * failure. */
static ssize_t
receive_some(struct transport *transport, int flags)
{
	ssize_t n =
	    recv(transport->fd, transport->in.bytes, TRANSPORT_BUFFER_SIZE, flags);

	if (n < 0 && transport_is_soft(errno))
		return -1;
	if (n < 0)
		return transport_fail(transport, TRANSPORT_BROKEN, errno);
	if (n == 0) {
		transport_fail_sending(transport);
		transport_fail(transport, TRANSPORT_END, 0);
	}
	transport->in.start = 0;
	transport->in.end = (size_t)n;
	if (transport->traffic != NULL)
		traffic_add(&transport->traffic->in, (size_t)n);
	progress_note(&transport->progress);
	return n;
}

/* Waits until there is something in the read-ahead buffer. Returns how much, 0 when the peer
 * ended its side, or -1. */
static ssize_t
fill_buffer(struct transport *transport)
{
	if (transport_allow_wait(transport) < 0)
		return -1;
	if (transport->in.end > 0) /* a hello is there before the first read */
		transport_will_wait(transport);
	for (bool first = true;; first = false) {
		if (timeslice_is_over(&transport->slice))
			return transport_give_up_on_peer(transport, POLLIN);
		int flags = wait_for_input(transport, first);
		if (flags < 0)
			return transport_fail(
			    transport, TRANSPORT_TIMED_OUT_READING, ETIMEDOUT);
		ssize_t n = receive_some(transport, flags);
		if (n >= 0 || !transport_is_soft(errno))
			return n;
		if (transport->slice.parks)
			return transport_give_up_on_peer(transport, POLLIN);
	}
}

/* Hands out at most `size` bytes of the read-ahead buffer. Returns how many. */
static ssize_t
take_received(struct transport *transport, void *bytes, size_t size)
{
	size_t have = transport->in.end - transport->in.start;

	if (size > have)
		size = have;
	memcpy(bytes, transport->in.bytes + transport->in.start, size);
	transport->in.start += size;
	return (ssize_t)size;
}

ssize_t
transport_read(struct transport *transport, void *bytes, size_t size)
{
	if (transport->in.end == transport->in.start) {
		if (transport_flush_to_read(transport) < 0)
			return -1;
		ssize_t n = fill_buffer(transport);
		if (n <= 0)
			return n;
	}
	return take_received(transport, bytes, size);
}

ssize_t
transport_try_read(struct transport *transport, void *bytes, size_t size)
{
	if (transport->in.end == transport->in.start) {
		ssize_t n = receive_some(transport, MSG_DONTWAIT);
		if (n <= 0)
			return n;
	}
	return take_received(transport, bytes, size);
}

bool
transport_has_input(const struct transport *transport)
{
	char byte;

	return transport->in.start < transport->in.end ||
	       recv(transport->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

size_t
transport_pending(const struct transport *transport, const unsigned char **bytes)
{
	*bytes = transport->in.bytes + transport->in.start;
	return transport->in.end - transport->in.start;
}
