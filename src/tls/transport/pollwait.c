/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for several descriptors at once. */
#include "tls/transport/pollwait.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/net/socket.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pause.h"
#include "tls/transport/transport.h"

/* Returns what has timed out. The last output may still be on its way when all time is up, but
 * not if nothing has moved for the whole idle time. */
static enum transport_failure
kind_of_timeout(const struct transport *transport)
{
	bool idle = deadline_passed(transport->progress.idle_deadline);

	return transport_has_output(transport) ||
	               (idle && socket_untaken(transport->fd) > 0)
	           ? TRANSPORT_TIMED_OUT_WRITING
	           : TRANSPORT_TIMED_OUT_READING;
}

/* Calls poll(2) until then at most. Returns 0, or -1 if it parks. */
static int
poll_or_park(struct transport *transport, struct pollfd *polls, size_t count,
    struct deadline until)
{
	bool sends = transport->progress.filled || transport_has_output(transport);
	int limit = timeslice_wait_limit(
	    &transport->slice, transport->slice.parks && !sends ? TIMESLICE_PRESSED_MS
								: PROGRESS_ARRIVAL_MS);
	int left = deadline_left_ms(until);

	if (timeslice_is_over(&transport->slice))
		return transport_give_up(transport, polls, count, until);
	bool soon = left >= 0 && left <= limit;
	int ready = poll(polls, count, soon ? left : limit);
	if (ready == 0 && !soon) {
		progress_note_silence(&transport->progress, transport->fd);
		if (transport->slice.parks)
			return transport_give_up(transport, polls, count, until);
		ready = poll(polls, count, left < 0 ? left : left - limit);
	}
	for (size_t i = 0; ready <= 0 && i < count; i++)
		polls[i].revents = 0;
	return 0;
}

/* Does what poll_or_park() does. Also returns -1, with `failure` set, once the connection's own
 * time is up. */
static int
poll_in_time(struct transport *transport, struct pollfd *polls, size_t count,
    struct deadline until)
{
	if (transport_is_late(transport))
		return transport_fail(transport, kind_of_timeout(transport), ETIMEDOUT);
	return poll_or_park(transport, polls, count,
	    deadline_earlier(transport_end_of_time(transport), until));
}

/*
 * Continues after the peer hung up while nothing is expected from it, which poll(2) would
 * report for ever. If the peer left bytes, poll(2) leaves it out until the caller wants them;
 * otherwise the wait fails.
 */
static int
poll_without_peer(struct transport *transport, struct pollfd *polls, size_t count,
    struct deadline until)
{
	if (!transport_has_input(transport))
		return transport_fail(transport, TRANSPORT_BROKEN, ECONNRESET);
	polls[0].fd = -1;
	return poll_in_time(transport, polls, count, until);
}

int
transport_wait(struct transport *transport, short events, struct pollfd *others,
    size_t count, struct deadline until)
{
	const short lost = POLLERR | POLLHUP;
	struct pollfd polls[1 + TRANSPORT_OTHERS] = { { .fd = transport->fd,
	    .events = events } };

	assert(count > 0 && count <= TRANSPORT_OTHERS);
	if (transport_allow_wait(transport) < 0)
		return -1;
	transport_will_wait(transport);
	memcpy(polls + 1, others, count * sizeof *others);
	if (transport_has_output(transport))
		polls[0].events |= POLLOUT;
	if (poll_in_time(transport, polls, 1 + count, until) < 0)
		return -1;
	if (polls[0].events == 0 && (polls[0].revents & lost) != 0 &&
	    poll_without_peer(transport, polls, 1 + count, until) < 0)
		return -1;
	if (polls[1].revents != 0)
		progress_note(&transport->progress);
	memcpy(others, polls + 1, count * sizeof *others);
	return polls[0].revents & (POLLIN | lost);
}

int
transport_wait_for_others(struct transport *transport, struct pollfd *others,
    size_t count, struct deadline until)
{
	struct pollfd polls[1 + TRANSPORT_OTHERS] = { { .fd = -1 } };

	assert(count > 0 && count <= TRANSPORT_OTHERS);
	transport_will_wait(transport);
	memcpy(polls + 1, others, count * sizeof *others);
	int result = poll_or_park(transport, polls, 1 + count, until);
	memcpy(others, polls + 1, count * sizeof *others);
	return result;
}
