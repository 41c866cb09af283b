/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output that gathers and leaves in few calls. */
#include "tls/transport/output.h"

#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/net/socket.h"
#include "tls/transport/pause.h"
#include "tls/transport/traffic.h"
#include "tls/transport/transport.h"

#define DEFER_MAX 8192 /* bytes: leaves room for a few records */

void
transport_defer(struct transport *transport)
{
	if (transport->out.end <= DEFER_MAX)
		transport->out.deferred = transport->out.end;
}

/*
 * Acknowledges at once what the peer has sent, because the output that would do so is deferred.
 * A peer that gathers small writes (RFC 9293, 3.7.4) would wait for the delayed
 * acknowledgement.
 */
static void
acknowledge_input(struct transport *transport)
{
	int one = 1;

	if (transport->out.deferred == 0 || transport->out.acknowledged)
		return;
	transport->out.acknowledged = true;
	setsockopt(transport->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

bool
transport_is_empty(const struct transport *transport)
{
	return transport->out.end == 0;
}

bool
transport_has_output(const struct transport *transport)
{
	return transport->out.end > transport->out.deferred;
}

bool
transport_is_deaf(const struct transport *transport)
{
	return transport->out.error != 0;
}

/* True with errno if an earlier failure forbids sending; the end of the peer's side does not. */
static bool
cannot_send(const struct transport *transport)
{
	errno = transport->error;
	if (transport_is_deaf(transport))
		errno = transport->out.error;
	else if (transport->failure == TRANSPORT_FINE ||
		 transport->failure == TRANSPORT_END)
		return false;
	return true;
}

int
transport_fail_sending(struct transport *transport)
{
	return transport_is_deaf(transport)
	           ? transport_fail(transport, TRANSPORT_BROKEN, transport->out.error)
	           : -1;
}

/* Calls send(2) once for the bytes after `sent`. Returns how many it took, 0 if the caller
 * must try again, or -1 with errno if the peer takes nothing more. */
static ssize_t
send_some(struct transport *transport, size_t sent, int flags)
{
	ssize_t n = send(transport->fd, transport->out.bytes + sent,
	    transport->out.end - sent, flags | MSG_NOSIGNAL);

	if (n < 0 && transport_is_soft(errno))
		return 0;
	if (n < 0) {
		transport->out.error = errno;
		return -1;
	}
	if (transport->traffic != NULL)
		traffic_add(&transport->traffic->out, (size_t)n);
	return n;
}

/* True if there is room to send within `most_ms` and before the deadline. */
static bool
gets_room(const struct transport *transport, int most_ms)
{
	int left = deadline_left_ms(transport_end_of_time(transport));
	struct pollfd pollfd = { .fd = transport->fd, .events = POLLOUT };

	if (left >= 0 && left < most_ms)
		most_ms = left;
	return poll(&pollfd, 1, most_ms) != 0;
}

/*
 * Waits for the peer to take more output, but not long if it parks. poll(2) requires a third of
 * the buffer to be free. A peer that reads steadily, but less than that, has still allowed us
 * to send farther.
 */
static int
wait_for_room(struct transport *transport)
{
	if (transport_is_late(transport))
		return transport_fail(
		    transport, TRANSPORT_TIMED_OUT_WRITING, ETIMEDOUT);
	if (transport_allow_wait(transport) < 0)
		return -1;
	if (!transport->progress.filled)
		progress_note_full(&transport->progress, transport->fd);
	transport_will_wait(transport);
	if (gets_room(transport,
		timeslice_wait_limit(&transport->slice, PROGRESS_ARRIVAL_MS)))
		return 0;
	progress_note_silence(&transport->progress, transport->fd);
	if (transport->slice.parks)
		return transport_give_up_on_peer(transport, POLLOUT);
	gets_room(transport, INT_MAX);
	return 0;
}

/* Drops the first `sent` bytes of the output, or all if the peer takes nothing more. */
static void
drop_sent(struct transport *transport, size_t sent)
{
	if (transport_is_deaf(transport))
		sent = transport->out.end;
	transport->out.end -= sent;
	transport->out.deferred = 0;
	memmove(transport->out.bytes, transport->out.bytes + sent, transport->out.end);
}

/* Sends the gathered output, with `more` among the flags of send(2). Returns 0, or -1 with
 * errno. A failed send(2) is not a failure yet, because the peer may have sent bytes before. */
static int
flush_with_flags(struct transport *transport, int more)
{
	int result = cannot_send(transport) ? -1 : 0;
	size_t sent = 0;

	if (result == 0 && !transport_has_output(transport)) {
		acknowledge_input(transport);
		return 0;
	}
	if (result == 0 && deadline_passed(transport->deadline))
		return transport_fail(
		    transport, TRANSPORT_TIMED_OUT_WRITING, ETIMEDOUT);
	while (result == 0 && sent < transport->out.end) {
		ssize_t n = send_some(transport, sent, MSG_DONTWAIT | more);
		if (n > 0) {
			progress_note_sent(&transport->progress, transport->fd, n);
			sent += (size_t)n;
		} else {
			result = n < 0 ? -1 : wait_for_room(transport);
		}
	}
	drop_sent(transport, sent);
	return result;
}

int
transport_flush(struct transport *transport)
{
	return flush_with_flags(transport, 0) == 0 ? 0
	                                           : transport_fail_sending(transport);
}

int
transport_flush_to_read(struct transport *transport)
{
	return flush_with_flags(transport, 0) == 0 || transport_is_deaf(transport) ? 0
	                                                                           : -1;
}

int
transport_finish(struct transport *transport)
{
	transport->out.deferred = 0;
	/* MSG_MORE holds the last segment back until shutdown(2) adds the FIN to it. */
	if (flush_with_flags(transport, MSG_MORE) < 0)
		return transport_fail_sending(transport);
	if (shutdown(transport->fd, SHUT_WR) == 0)
		return 0;
	return transport_fail(transport, TRANSPORT_BROKEN, errno);
}

int
transport_try_flush(struct transport *transport)
{
	if (cannot_send(transport))
		return -1;
	if (!transport_has_output(transport)) {
		acknowledge_input(transport);
		return 0;
	}
	ssize_t n = send_some(transport, 0, MSG_DONTWAIT);
	if (n > 0)
		progress_note_sent(&transport->progress, transport->fd, n);
	drop_sent(transport, (size_t)n);
	if (n < 0)
		return -1;
	if (transport->out.end == 0)
		return 0;
	if (!transport->progress.filled)
		progress_note_full(&transport->progress, transport->fd);
	errno = EAGAIN;
	return -1;
}

/* Flushes without parking, for callers that cannot continue later. */
static int
flush_all(struct transport *transport)
{
	bool parks = transport_park(transport, false);
	int result = transport_flush(transport);

	transport_park(transport, parks);
	return result;
}

int
transport_write(struct transport *transport, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;

	while (size > 0) {
		size_t room = TRANSPORT_BUFFER_SIZE - transport->out.end;
		size_t part = size < room ? size : room;

		memcpy(transport->out.bytes + transport->out.end, from, part);
		transport->out.end += part;
		from += part;
		size -= part;
		if (transport->out.end == TRANSPORT_BUFFER_SIZE &&
		    flush_all(transport) < 0)
			return -1;
	}
	return 0;
}

size_t
transport_room(const struct transport *transport)
{
	/* transport_write() sends as soon as the buffer is full. */
	return TRANSPORT_BUFFER_SIZE - 1 - transport->out.end;
}

int
transport_make_room(struct transport *transport, size_t room)
{
	if (transport_room(transport) >= room)
		return cannot_send(transport) ? transport_fail_sending(transport) : 0;
	if (transport_flush(transport) < 0)
		return -1;
	return timeslice_is_over(&transport->slice)
	           ? transport_give_up_on_peer(transport, POLLOUT)
	           : 0;
}

int64_t
transport_written(const struct transport *transport)
{
	return transport_is_deaf(transport)
	           ? INT64_MAX
	           : transport->progress.sent + (int64_t)transport->out.end;
}

bool
transport_has_delivered(const struct transport *transport, int64_t end)
{
	int64_t doubtful = transport->failure == TRANSPORT_BROKEN
	                       ? (int64_t)socket_unacknowledged_max(transport->fd)
	                       : 0;
	int64_t taken =
	    transport->progress.sent - (int64_t)socket_untaken(transport->fd);

	return transport->progress.sent >= end && taken + doubtful >= end;
}
