/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passing bytes between a client and a backend. */
#include "responders/backend/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "tls/session/appdata.h"
#include "tls/session/await.h"
#include "tls/session/closure.h"
#include "tls/session/session.h"

#define BUFFER_SIZE 65536
#define REST_MS 1000 /* an idle relay gives its memory back after this */
#define PAUSE_MS 20 /* before the backend's acknowledgement is looked for, at first */
#define LONGEST_PAUSE_MS 500

struct buffers {
	char up[BUFFER_SIZE]; /* from the client, on its way to the backend */
	char down[BUFFER_SIZE]; /* from the backend; the session takes all at once */
};

struct relay {
	struct buffers *buffers; /* NULL while nothing moves */
	size_t start, end; /* the bytes in `up` that are not sent yet */
	struct session *session;
	const char *name;
	struct relay_aside *aside; /* or NULL */
	int fd; /* the backend's socket */
	short revents; /* of that socket, from poll(2) */
	bool client_ended;
	bool exhausted; /* the backend sends nothing more */
	bool backend_ended; /* and the client has been told */
	bool up_done; /* the backend knows of the end, or refuses more */
	bool refused; /* the backend takes no more */
	bool dropped; /* bytes of the backend after the client had left */
	int reset; /* errno if `refused` is because of a reset */
	struct deadline rest; /* when to give the buffers' memory back */
	struct delivery {
		bool begun;
		size_t untaken; /* bytes, at the last look */
		struct deadline end; /* unless the backend takes more before */
		int64_t pause_ms; /* before the next look */
	} delivery; /* after the client broke off */
};

static int
fail_backend(struct relay *relay, int error)
{
	return session_fail(relay->session, FAILURE_BACKEND, "%s broke off: %s",
	    relay->name, strerrordesc_np(error));
}

static bool
is_soft(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* True if the client should be read: only once the backend has taken its previous bytes. */
static bool
wants_client(const struct relay *relay)
{
	return !relay->client_ended && !relay->up_done && relay->start == relay->end;
}

static bool
wants_backend(const struct relay *relay)
{
	return !relay->exhausted && session_room(relay->session) > 0;
}

/* Makes sure that there are buffers. Returns 0, or -1 with a failure. */
static int
ensure_buffers(struct relay *relay)
{
	relay->rest = deadline_in(REST_MS);
	if (relay->buffers == NULL)
		relay->buffers = memory_pages(sizeof *relay->buffers);
	return relay->buffers != NULL
	           ? 0
	           : session_fail(relay->session, FAILURE_INTERNAL, "out of memory");
}

static void
drop_buffers(struct relay *relay)
{
	if (relay->buffers != NULL)
		memory_rest(relay->buffers, sizeof *relay->buffers);
	free(relay->buffers);
	relay->buffers = NULL;
}

/* Gives the buffers back if nothing moves: thousands of idle connections need none. */
static void
rest_in_time(struct relay *relay)
{
	if (!deadline_passed(relay->rest))
		return;
	if (relay->start == relay->end)
		drop_buffers(relay);
	session_rest(relay->session);
	relay->rest = deadline_never();
}

/* Reads the client's bytes into the empty buffer. */
static int
take_from_client(struct relay *relay)
{
	relay->start = relay->end = 0;
	if (ensure_buffers(relay) < 0)
		return -1;
	do {
		ssize_t n = session_try_read(relay->session,
		    relay->buffers->up + relay->end, BUFFER_SIZE - relay->end);
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		if (n == 0)
			relay->client_ended = true;
		relay->end += (size_t)n;
	} while (!relay->client_ended && relay->end < BUFFER_SIZE &&
		 session_has_input(relay->session));
	return 0;
}

/*
 * Notes that the backend reads no more. That ends this direction only, because it may have
 * answered. A reset is reported once, here or by recv(2), so it is kept. EPIPE means that the
 * backend had ended properly before, and that its answer is whole.
 */
static void
note_refusal(struct relay *relay, int error)
{
	relay->up_done = relay->refused = true;
	relay->reset = error == EPIPE ? 0 : error;
	relay->start = relay->end = 0;
}

static void
give_to_backend(struct relay *relay)
{
	size_t size = relay->end - relay->start;

	if (size > 0) {
		ssize_t n = send(relay->fd, relay->buffers->up + relay->start, size,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			relay->start += (size_t)n;
			relay->rest = deadline_in(REST_MS);
		} else if (!is_soft(errno)) {
			note_refusal(relay, errno);
		}
	}
	if (relay->client_ended && !relay->up_done && relay->start == relay->end) {
		shutdown(relay->fd, SHUT_WR);
		relay->up_done = true;
	}
}

static bool
is_alone(const struct relay *relay)
{
	return relay->aside != NULL && relay->aside->is_alone;
}

/* Notes that the backend sends no more. A program's exit status says more than its socket's
 * error. */
static int
note_exhaustion(struct relay *relay, int error)
{
	if (error != 0 && relay->aside == NULL)
		return fail_backend(relay, error);
	relay->exhausted = true;
	if (is_alone(relay))
		relay->up_done = true;
	return 0;
}

static int
take_from_backend(struct relay *relay)
{
	size_t room = session_room(relay->session);
	if (ensure_buffers(relay) < 0)
		return -1;
	ssize_t n = recv(relay->fd, relay->buffers->down,
	    room < BUFFER_SIZE ? room : BUFFER_SIZE, MSG_DONTWAIT);

	if (n > 0)
		return session_write(relay->session, relay->buffers->down, (size_t)n);
	if (n == 0)
		return note_exhaustion(relay, relay->reset);
	if (!is_soft(errno))
		return note_exhaustion(relay, errno);
	/* Another process may hold the socket open, but it does not answer. */
	return is_alone(relay) && errno == EAGAIN ? note_exhaustion(relay, 0) : 0;
}

/* Tells the client that the answer has ended. */
static int
pass_on_end(struct relay *relay)
{
	int may =
	    relay->aside != NULL ? relay->aside->end(relay->aside, relay->session) : 1;

	if (may <= 0)
		return may;
	relay->backend_ended = true;
	return session_end(relay->session);
}

/* True if neither side has anything left to pass on. */
static bool
is_over(const struct relay *relay)
{
	const short lost = POLLERR | POLLHUP;

	return relay->backend_ended && (relay->up_done || (relay->revents & lost) != 0);
}

/* Returns the events to poll of the backend; after its end, only that the connection is gone. */
static struct pollfd
poll_backend(const struct relay *relay)
{
	short events = (short)((wants_backend(relay) ? POLLIN : 0) |
			       (relay->start < relay->end ? POLLOUT : 0));

	return (
	    struct pollfd){ .fd = events != 0 || relay->backend_ended ? relay->fd : -1,
		.events = events };
}

/* Returns how long the relay may sleep. It reads the last bytes of the backend at once. */
static struct deadline
time_to_sleep(const struct relay *relay)
{
	struct deadline until =
	    relay->aside != NULL ? relay->aside->until : deadline_never();

	if (is_alone(relay) && wants_backend(relay))
		return (struct deadline){ .at_ns = 0 };
	return deadline_earlier(until, relay->rest);
}

/* Sleeps until something can go on. Returns as session_await() does. */
static int
wait_for_all(struct relay *relay)
{
	struct relay_aside *aside = relay->aside;
	short events = wants_client(relay) ? POLLIN : 0;
	struct pollfd polls[3] = { poll_backend(relay) };
	size_t count = 1;

	if (aside != NULL) {
		memcpy(polls + 1, aside->polls, sizeof aside->polls);
		count += sizeof aside->polls / sizeof aside->polls[0];
	}
	int ready =
	    session_await(relay->session, events, polls, count, time_to_sleep(relay));
	relay->revents = polls[0].revents;
	if (aside == NULL || ready < 0 || ready == SESSION_PARKED)
		return ready;
	memcpy(aside->polls, polls + 1, sizeof aside->polls);
	return aside->attend(aside, relay->session) < 0 ? -1 : ready;
}

static bool
has_from_backend(const struct relay *relay)
{
	return (relay->revents & ~POLLOUT) != 0 || is_alone(relay);
}

/* Takes one turn: sleeps until something can go on, and does it. Returns 0, -1 or
 * SESSION_PARKED. */
static int
take_turn(struct relay *relay)
{
	if (session_try_flush(relay->session) < 0)
		return -1;
	int ready = wait_for_all(relay);
	if (ready < 0 || ready == SESSION_PARKED)
		return ready;
	rest_in_time(relay);
	if ((ready & POLLIN) != 0 && take_from_client(relay) < 0)
		return -1;
	give_to_backend(relay);
	if (has_from_backend(relay) && wants_backend(relay) &&
	    take_from_backend(relay) < 0)
		return -1;
	return relay->exhausted && !relay->backend_ended ? pass_on_end(relay) : 0;
}

struct relay *
relay_new(struct session *session, const char *name, struct relay_aside *aside)
{
	struct relay *relay = malloc(sizeof *relay);

	if (relay == NULL)
		return NULL;
	*relay = (struct relay){ .session = session,
		.name = name,
		.aside = aside,
		.rest = deadline_never() };
	return relay;
}

void
relay_free(struct relay *relay)
{
	if (relay == NULL)
		return;
	free(relay->buffers);
	free(relay);
}

/* True if the client broke off, so that only its earlier bytes are left to pass on. */
static bool
has_client_broken(const struct relay *relay)
{
	switch (session_failure(relay->session)) {
	case FAILURE_EARLY_CLOSE:
	case FAILURE_CLIENT_ALERT:
	case FAILURE_PROTOCOL:
	case FAILURE_WRITE_TIMEOUT:
		return true;
	default:
		return false;
	}
}

/* Reads and drops the backend's bytes, so that the backend does not stop reading. */
static void
drop_from_backend(struct relay *relay)
{
	ssize_t n = recv(relay->fd, relay->buffers->down, BUFFER_SIZE, MSG_DONTWAIT);

	if (n > 0)
		relay->dropped = true;
	else if (n == 0)
		relay->exhausted = true;
	else if (!is_soft(errno))
		note_refusal(relay, errno);
}

static void
note_delivery(struct relay *relay)
{
	struct delivery *delivery = &relay->delivery;
	size_t untaken = relay->end - relay->start + socket_untaken(relay->fd);

	if (!delivery->begun || untaken < delivery->untaken) {
		delivery->end = session_idle_end(relay->session);
		delivery->pause_ms = PAUSE_MS;
	}
	delivery->begun = true;
	delivery->untaken = untaken;
}

/* Waits until the backend takes more or may have acknowledged more. Returns 0, -1 if the
 * program at the other end is overdue, or SESSION_PARKED. */
static int
wait_for_backend(struct relay *relay)
{
	struct relay_aside *aside = relay->aside;
	struct delivery *delivery = &relay->delivery;
	short events = (short)((relay->exhausted ? 0 : POLLIN) |
			       (relay->start < relay->end ? POLLOUT : 0));
	struct pollfd polls[3] = { { events != 0 ? relay->fd : -1, events, 0 } };
	struct deadline until = delivery->end;
	size_t count = 1;

	if (relay->start == relay->end) { /* no event reports an acknowledgement */
		until = deadline_earlier(until, deadline_in(delivery->pause_ms));
		delivery->pause_ms *= delivery->pause_ms < LONGEST_PAUSE_MS ? 2 : 1;
	}
	if (aside != NULL) {
		memcpy(polls + 1, aside->polls, sizeof aside->polls);
		count += sizeof aside->polls / sizeof aside->polls[0];
	}
	int result = session_await_others(relay->session, polls, count, until);
	if (aside == NULL || result == SESSION_PARKED)
		return result;
	memcpy(aside->polls, polls + 1, sizeof aside->polls);
	return aside->attend(aside, relay->session);
}

int
relay_deliver(struct relay *relay, int fd)
{
	relay->fd = fd;
	if (!has_client_broken(relay))
		return -1;
	while (!relay->refused && !is_alone(relay)) {
		if (ensure_buffers(relay) < 0)
			return -1;
		give_to_backend(relay);
		drop_from_backend(relay);
		note_delivery(relay);
		if (relay->delivery.untaken == 0)
			return 0;
		if (deadline_passed(relay->delivery.end))
			return -1;
		int result = wait_for_backend(relay);
		if (result != 0)
			return result;
	}
	return -1;
}

bool
relay_has_passed_all(const struct relay *relay)
{
	char byte;

	return !relay->dropped &&
	       recv(relay->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

int
relay_run(struct relay *relay, int fd)
{
	int result = 0;

	relay->fd = fd;
	while (result == 0 && !is_over(relay))
		result = take_turn(relay);
	return result;
}
