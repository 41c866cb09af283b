/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A blocking socket with read-ahead, gathered output and absolute deadlines. */
#include "tls/transport/transport.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory/memory.h"
#include "base/memory/reserve.h"
#include "base/memory/shortage.h"
#include "base/net/socket.h"

/* A record with its header fits whole; four of them make a good recv(2) or send(2). */
#define IN_SIZE (68 * 1024)
#define OUT_SIZE (68 * 1024)

/* How long another connection may wait for the thread because a peer with a short round trip is
 * about to answer. */
#define PRESSED_MS 2

#define DEFER_MAX 8192 /* bytes: leaves room for a few records */

/* By then the last output has arrived. */
#define ARRIVAL_MS 50

int
transport_init(struct transport *transport)
{
	*transport = (struct transport){ .fd = -1 };
	transport->in = memory_pages(IN_SIZE);
	transport->out = memory_pages(OUT_SIZE);
	if (transport->in != NULL && transport->out != NULL)
		return 0;
	transport_fini(transport);
	return -1;
}

void
transport_fini(struct transport *transport)
{
	free(transport->in);
	free(transport->out);
	transport->in = transport->out = NULL;
}

void
transport_attach(struct transport *transport, int fd, bool sliced)
{
	unsigned char *in = transport->in, *out = transport->out;

	*transport = (struct transport){ .fd = fd,
		.on_wait = transport->on_wait,
		.is_needed = transport->is_needed,
		.context = transport->context,
		.sliced = sliced,
		.stint = deadline_in(TRANSPORT_SLICE_MS),
		.deadline = deadline_never(),
		.idle_deadline = deadline_never(),
		.in = in,
		.out = out };
}

void
transport_count(struct transport *transport, struct traffic *traffic)
{
	transport->traffic = traffic;
}

void
transport_tell(struct transport *transport, bool (*on_wait)(void *context),
    bool (*is_needed)(void *context), void *context)
{
	transport->on_wait = on_wait;
	transport->is_needed = is_needed;
	transport->context = context;
}

void
transport_will_wait(struct transport *transport)
{
	if (!transport->waited && transport->on_wait != NULL)
		transport->pressed = transport->on_wait(transport->context);
	transport->waited = true;
	if (transport->pressed)
		transport->stint =
		    deadline_earlier(transport->stint, deadline_in(PRESSED_MS));
}

bool
transport_has_waited(const struct transport *transport)
{
	return transport->waited;
}

bool
transport_park(struct transport *transport, bool parks)
{
	bool before = transport->parks;

	transport->parks = parks;
	return before;
}

bool
transport_is_parked(const struct transport *transport)
{
	return transport->poll_count > 0;
}

struct pause {
	struct transport state; /* its pointers are not used */
	size_t in_size;
	unsigned char bytes[]; /* `in_size` received ones, then those to be sent */
};

struct pause *
transport_leave(const struct transport *transport)
{
	size_t in_size = transport->in_end - transport->in_start;
	struct pause *pause = malloc(sizeof *pause + in_size + transport->out_end);

	if (pause == NULL)
		return NULL;
	pause->state = *transport;
	pause->in_size = in_size;
	memcpy(pause->bytes, transport->in + transport->in_start, in_size);
	memcpy(pause->bytes + in_size, transport->out, transport->out_end);
	return pause;
}

void
transport_return(struct transport *transport, struct pause *pause)
{
	struct transport *state = &pause->state;

	state->in = transport->in;
	state->out = transport->out;
	state->on_wait = transport->on_wait;
	state->is_needed = transport->is_needed;
	state->context = transport->context;
	state->waited = state->pressed = false;
	state->returned = true;
	state->stint = deadline_in(TRANSPORT_SLICE_MS);
	state->poll_count = 0;
	state->in_start = 0;
	state->in_end = pause->in_size;
	*transport = *state;
	memcpy(transport->in, pause->bytes, pause->in_size);
	memcpy(transport->out, pause->bytes + pause->in_size, transport->out_end);
	free(pause);
}

void
transport_set_deadline(
    struct transport *transport, struct deadline deadline, int64_t idle_ms)
{
	transport->deadline = deadline;
	transport->idle_ms = idle_ms;
	transport->idle_deadline = deadline_in(idle_ms);
}

struct deadline
transport_idle_end(const struct transport *transport)
{
	return deadline_earlier(transport->deadline, deadline_in(transport->idle_ms));
}

static void
note_progress(struct transport *transport)
{
	transport->moved = true;
	if (transport->idle_ms > 0)
		transport->idle_deadline = deadline_in(transport->idle_ms);
}

/* Only this thread writes the counter, so the addition need not be atomic. */
static void
count(_Atomic(uint64_t) *bytes, ssize_t n)
{
	atomic_store_explicit(bytes,
	    atomic_load_explicit(bytes, memory_order_relaxed) + (uint64_t)n,
	    memory_order_relaxed);
}

static int
fail(struct transport *transport, enum transport_failure failure, int error)
{
	if (transport->failure == TRANSPORT_FINE) {
		transport->failure = failure;
		transport->error = error;
	}
	errno = error;
	return -1;
}

static struct deadline
find_end(const struct transport *transport)
{
	return deadline_earlier(transport->deadline, transport->idle_deadline);
}

size_t
pause_polls(const struct pause *pause, const struct pollfd **polls)
{
	*polls = pause->state.polls;
	return pause->state.poll_count;
}

struct deadline
pause_end(const struct pause *pause)
{
	return pause->state.until;
}

/* Parks until one of `polls` is ready, or `until`. */
static int
give_up(struct transport *transport, const struct pollfd *polls, size_t count,
    struct deadline until)
{
	while (count > 1 && polls[count - 1].fd < 0)
		count--;
	memcpy(transport->polls, polls, count * sizeof *polls);
	transport->poll_count = count;
	transport->until = until;
	errno = EAGAIN;
	return -1;
}

/* Parks until the peer is ready. */
static int
give_up_on_peer(struct transport *transport, short events)
{
	const struct pollfd peer = { .fd = transport->fd, .events = events };

	return give_up(transport, &peer, 1, find_end(transport));
}

/* True if another connection must get the thread, because the peer kept it busy long enough. */
static bool
must_yield(struct transport *transport)
{
	if (!transport->parks || !deadline_passed(transport->stint))
		return false;
	if (transport->is_needed != NULL && transport->is_needed(transport->context))
		return true;
	transport->stint = deadline_in(TRANSPORT_SLICE_MS);
	return false;
}

/* Fails if this connection took memory that was set aside, and little of that is left: it must
 * not hold that memory while it waits for its peer. */
static int
allow_waiting(struct transport *transport)
{
	if (!shortage_is_noted() || !reserve_is_low())
		return 0;
	return fail(transport, TRANSPORT_STARVED, ENOMEM);
}

/* Returns how long to wait for the peer at first: `usual_ms`, or less if it may be parked and
 * another connection needs the thread. */
static int
find_patience(const struct transport *transport, int usual_ms)
{
	if (!transport->parks || !transport->pressed)
		return usual_ms;
	return transport->returned ? 0 : PRESSED_MS;
}

/*
 * Ensures that the next recv(2) ends by the deadline and, if it may park, by its wait limit.
 * Returns the flags for it, or -1 if time is up. For one slice the socket's own time-out limits
 * the call, then poll(2) does.
 */
static int
wait_for_input(struct transport *transport, bool first)
{
	int left = deadline_left_ms(find_end(transport));
	struct pollfd pollfd = { .fd = transport->fd, .events = POLLIN };

	if (left == 0)
		return -1;
	bool far = left < 0 || left >= TRANSPORT_SLICE_MS;
	if (far && first && transport->sliced && !transport->pressed)
		return 0;
	if (far && transport->parks)
		left = find_patience(transport, TRANSPORT_SLICE_MS);
	if (poll(&pollfd, 1, left) == 0 && !transport->parks)
		return -1;
	return MSG_DONTWAIT;
}

static bool
is_soft(int error)
{
	return error == EAGAIN || error == EINTR;
}

void
transport_defer(struct transport *transport)
{
	if (transport->out_end <= DEFER_MAX)
		transport->deferred = transport->out_end;
}

/*
 * Acknowledges at once what the peer has sent, because the output that would do so is deferred.
 * A peer that gathers small writes (RFC 9293, 3.7.4) would wait for the delayed
 * acknowledgement.
 */
static void
acknowledge(struct transport *transport)
{
	int one = 1;

	if (transport->deferred == 0 || transport->acknowledged)
		return;
	transport->acknowledged = true;
	setsockopt(transport->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

bool
transport_is_empty(const struct transport *transport)
{
	return transport->out_end == 0;
}

/* True if there is output that must be sent now. */
static bool
has_output(const struct transport *transport)
{
	return transport->out_end > transport->deferred;
}

bool
transport_is_deaf(const struct transport *transport)
{
	return transport->send_error != 0;
}

/* True with errno if an earlier failure forbids sending; the end of the peer's side does not. */
static bool
cannot_send(const struct transport *transport)
{
	errno = transport->error;
	if (transport_is_deaf(transport))
		errno = transport->send_error;
	else if (transport->failure == TRANSPORT_FINE ||
		 transport->failure == TRANSPORT_END)
		return false;
	return true;
}

/* Makes the failed send(2) to a peer that takes nothing more the failure. Returns -1. */
static int
fail_sending(struct transport *transport)
{
	return transport_is_deaf(transport)
	           ? fail(transport, TRANSPORT_BROKEN, transport->send_error)
	           : -1;
}

/* Calls send(2) once for the bytes after `sent`. Returns how many it took, 0 if the caller
 * must try again, or -1 with errno if the peer takes nothing more. */
static ssize_t
send_some(struct transport *transport, size_t sent, int flags)
{
	ssize_t n = send(transport->fd, transport->out + sent,
	    transport->out_end - sent, flags | MSG_NOSIGNAL);

	if (n < 0 && is_soft(errno))
		return 0;
	if (n < 0) {
		transport->send_error = errno;
		return -1;
	}
	if (transport->traffic != NULL)
		count(&transport->traffic->out, n);
	transport->sent += n;
	return n;
}

/*
 * Returns how far the peer allows us to send, in bytes: for TCP up to the end of its window
 * (RFC 9293, 3.8.6), otherwise as far as it has read.
 */
static int64_t
find_reach(const struct transport *transport)
{
	struct tcp_info info;
	socklen_t size = sizeof info;

	if (getsockopt(transport->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	    size >= offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd)
		return (int64_t)info.tcpi_bytes_acked + info.tcpi_snd_wnd;
	return transport->sent - (int64_t)socket_untaken(transport->fd);
}

/*
 * True, and progress, if the peer allows us to send farther than at the last call. Bytes that
 * the socket's buffer takes do not count, because it grows by itself. Bytes that fit into a
 * window do not count if no reading moves it.
 */
static bool
note_reach(struct transport *transport)
{
	int64_t reach = find_reach(transport);

	if (reach <= transport->reach)
		return false;
	transport->reach = reach;
	note_progress(transport);
	return true;
}

/* Notes that something was sent. As long as the buffer has not been full, that is progress. */
static void
note_sent(struct transport *transport)
{
	if (transport->filled)
		note_reach(transport);
	else
		note_progress(transport);
}

/* Notes that the buffer is full: from now on the peer must make room. */
static void
note_full(struct transport *transport)
{
	transport->filled = true;
	transport->reach = find_reach(transport);
}

/* True if there is room to send within `most_ms` and before the deadline. */
static bool
gets_room(const struct transport *transport, int most_ms)
{
	int left = deadline_left_ms(find_end(transport));
	struct pollfd pollfd = { .fd = transport->fd, .events = POLLOUT };

	if (left >= 0 && left < most_ms)
		most_ms = left;
	return poll(&pollfd, 1, most_ms) != 0;
}

/*
 * True if the peer continued to read while we did not have to wait for it: it may read at
 * leisure the output that the kernel still has.
 */
static bool
still_takes(struct transport *transport)
{
	return !deadline_passed(transport->deadline) &&
	       socket_untaken(transport->fd) > 0 && note_reach(transport);
}

/* Notes that nothing happened while the last output arrived. Only from now on does it count as
 * progress that the peer takes output that the kernel has. */
static void
note_silence(struct transport *transport)
{
	if (!transport->moved)
		return;
	transport->moved = false;
	transport->reach = find_reach(transport);
}

/*
 * Waits for the peer to take more output, but not long if it parks. poll(2) requires a third of
 * the buffer to be free. A peer that reads steadily, but less than that, has still allowed us
 * to send farther.
 */
static int
wait_for_room(struct transport *transport)
{
	if (deadline_passed(find_end(transport)) && !still_takes(transport))
		return fail(transport, TRANSPORT_TIMED_OUT_WRITING, ETIMEDOUT);
	if (allow_waiting(transport) < 0)
		return -1;
	if (!transport->filled)
		note_full(transport);
	transport_will_wait(transport);
	if (gets_room(transport, find_patience(transport, ARRIVAL_MS)))
		return 0;
	note_silence(transport);
	if (transport->parks)
		return give_up_on_peer(transport, POLLOUT);
	gets_room(transport, INT_MAX);
	return 0;
}

/* Drops the first `sent` bytes of the output, or all if the peer takes nothing more. */
static void
drop_sent(struct transport *transport, size_t sent)
{
	if (transport_is_deaf(transport))
		sent = transport->out_end;
	transport->out_end -= sent;
	transport->deferred = 0;
	memmove(transport->out, transport->out + sent, transport->out_end);
}

/* Sends the gathered output, with `more` among the flags of send(2). Returns 0, or -1 with
 * errno. A failed send(2) is not a failure yet, because the peer may have sent bytes before. */
static int
flush_with(struct transport *transport, int more)
{
	int result = cannot_send(transport) ? -1 : 0;
	size_t sent = 0;

	if (result == 0 && !has_output(transport)) {
		acknowledge(transport);
		return 0;
	}
	if (result == 0 && deadline_passed(transport->deadline))
		return fail(transport, TRANSPORT_TIMED_OUT_WRITING, ETIMEDOUT);
	while (result == 0 && sent < transport->out_end) {
		ssize_t n = send_some(transport, sent, MSG_DONTWAIT | more);
		if (n > 0) {
			note_sent(transport);
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
	return flush_with(transport, 0) == 0 ? 0 : fail_sending(transport);
}

int64_t
transport_written(const struct transport *transport)
{
	return transport_is_deaf(transport)
	           ? INT64_MAX
	           : transport->sent + (int64_t)transport->out_end;
}

bool
transport_has_delivered(const struct transport *transport, int64_t end)
{
	int64_t doubtful = transport->failure == TRANSPORT_BROKEN
	                       ? (int64_t)socket_unacknowledged_max(transport->fd)
	                       : 0;
	int64_t taken = transport->sent - (int64_t)socket_untaken(transport->fd);

	return transport->sent >= end && taken + doubtful >= end;
}

int
transport_finish(struct transport *transport)
{
	transport->deferred = 0;
	/* MSG_MORE holds the last segment back until shutdown(2) adds the FIN to it. */
	if (flush_with(transport, MSG_MORE) < 0)
		return fail_sending(transport);
	if (shutdown(transport->fd, SHUT_WR) == 0)
		return 0;
	return fail(transport, TRANSPORT_BROKEN, errno);
}

int
transport_try_flush(struct transport *transport)
{
	if (cannot_send(transport))
		return -1;
	if (!has_output(transport)) {
		acknowledge(transport);
		return 0;
	}
	ssize_t n = send_some(transport, 0, MSG_DONTWAIT);
	if (n > 0)
		note_sent(transport);
	drop_sent(transport, (size_t)n);
	if (n < 0)
		return -1;
	if (transport->out_end == 0)
		return 0;
	if (!transport->filled)
		note_full(transport);
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
		size_t room = OUT_SIZE - transport->out_end;
		size_t part = size < room ? size : room;

		memcpy(transport->out + transport->out_end, from, part);
		transport->out_end += part;
		from += part;
		size -= part;
		if (transport->out_end == OUT_SIZE && flush_all(transport) < 0)
			return -1;
	}
	return 0;
}

/* Calls recv(2) once into the empty read-ahead buffer. -1 with EAGAIN or EINTR is not a
 * failure. */
static ssize_t
receive_some(struct transport *transport, int flags)
{
	ssize_t n = recv(transport->fd, transport->in, IN_SIZE, flags);

	if (n < 0 && is_soft(errno))
		return -1;
	if (n < 0)
		return fail(transport, TRANSPORT_BROKEN, errno);
	if (n == 0) {
		fail_sending(transport);
		fail(transport, TRANSPORT_END, 0);
	}
	transport->in_start = 0;
	transport->in_end = (size_t)n;
	if (transport->traffic != NULL)
		count(&transport->traffic->in, n);
	note_progress(transport);
	return n;
}

/* Waits until there is something in the read-ahead buffer. */
static ssize_t
fill(struct transport *transport)
{
	if (allow_waiting(transport) < 0)
		return -1;
	if (transport->in_end > 0) /* a hello is there before the first read */
		transport_will_wait(transport);
	for (bool first = true;; first = false) {
		if (must_yield(transport))
			return give_up_on_peer(transport, POLLIN);
		int flags = wait_for_input(transport, first);
		if (flags < 0)
			return fail(transport, TRANSPORT_TIMED_OUT_READING, ETIMEDOUT);
		ssize_t n = receive_some(transport, flags);
		if (n >= 0 || !is_soft(errno))
			return n;
		if (transport->parks)
			return give_up_on_peer(transport, POLLIN);
	}
}

static ssize_t
take(struct transport *transport, void *bytes, size_t size)
{
	size_t have = transport->in_end - transport->in_start;

	if (size > have)
		size = have;
	memcpy(bytes, transport->in + transport->in_start, size);
	transport->in_start += size;
	return (ssize_t)size;
}

ssize_t
transport_read(struct transport *transport, void *bytes, size_t size)
{
	if (transport->in_end == transport->in_start) {
		if (flush_with(transport, 0) < 0 && !transport_is_deaf(transport))
			return -1;
		ssize_t n = fill(transport);
		if (n <= 0)
			return n;
	}
	return take(transport, bytes, size);
}

ssize_t
transport_try_read(struct transport *transport, void *bytes, size_t size)
{
	if (transport->in_end == transport->in_start) {
		ssize_t n = receive_some(transport, MSG_DONTWAIT);
		if (n <= 0)
			return n;
	}
	return take(transport, bytes, size);
}

size_t
transport_room(const struct transport *transport)
{
	/* transport_write() sends as soon as the buffer is full. */
	return OUT_SIZE - 1 - transport->out_end;
}

/* True if bytes from the peer can be read, here or in the kernel. */
static bool
has_input(const struct transport *transport)
{
	char byte;

	return transport->in_start < transport->in_end ||
	       recv(transport->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

int
transport_make_room(struct transport *transport, size_t room)
{
	if (transport_room(transport) >= room)
		return cannot_send(transport) ? fail_sending(transport) : 0;
	if (transport_flush(transport) < 0)
		return -1;
	return must_yield(transport) ? give_up_on_peer(transport, POLLOUT) : 0;
}

/* Returns what has timed out. The last output may still be on its way when all time is up, but
 * not if nothing has moved for the whole idle time. */
static enum transport_failure
find_lateness(const struct transport *transport)
{
	bool idle = deadline_passed(transport->idle_deadline);

	return has_output(transport) || (idle && socket_untaken(transport->fd) > 0)
	           ? TRANSPORT_TIMED_OUT_WRITING
	           : TRANSPORT_TIMED_OUT_READING;
}

/* Calls poll(2) until then at most. Returns 0, or -1 if it parks. */
static int
poll_or_park(struct transport *transport, struct pollfd *polls, size_t count,
    struct deadline until)
{
	bool sends = transport->filled || has_output(transport);
	int patience = find_patience(
	    transport, transport->parks && !sends ? PRESSED_MS : ARRIVAL_MS);
	int left = deadline_left_ms(until);

	if (must_yield(transport))
		return give_up(transport, polls, count, until);
	bool soon = left >= 0 && left <= patience;
	int ready = poll(polls, count, soon ? left : patience);
	if (ready == 0 && !soon) {
		note_silence(transport);
		if (transport->parks)
			return give_up(transport, polls, count, until);
		ready = poll(polls, count, left < 0 ? left : left - patience);
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
	if (deadline_passed(find_end(transport)) && !still_takes(transport))
		return fail(transport, find_lateness(transport), ETIMEDOUT);
	return poll_or_park(
	    transport, polls, count, deadline_earlier(find_end(transport), until));
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
	if (!has_input(transport))
		return fail(transport, TRANSPORT_BROKEN, ECONNRESET);
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
	if (allow_waiting(transport) < 0)
		return -1;
	transport_will_wait(transport);
	memcpy(polls + 1, others, count * sizeof *others);
	if (has_output(transport))
		polls[0].events |= POLLOUT;
	if (poll_in_time(transport, polls, 1 + count, until) < 0)
		return -1;
	if (polls[0].events == 0 && (polls[0].revents & lost) != 0 &&
	    poll_without_peer(transport, polls, 1 + count, until) < 0)
		return -1;
	if (polls[1].revents != 0)
		note_progress(transport);
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

size_t
transport_pending(const struct transport *transport, const unsigned char **bytes)
{
	*bytes = transport->in + transport->in_start;
	return transport->in_end - transport->in_start;
}

void
transport_rest(struct transport *transport)
{
	if (transport->in_start == transport->in_end)
		memory_rest(transport->in, IN_SIZE);
	if (transport->out_end == 0)
		memory_rest(transport->out, OUT_SIZE);
}
