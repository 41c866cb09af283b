/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passing bytes between a client and a backend. */
#include "responders/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "tls/session.h"

#define BUFFER_SIZE 65536

struct relay {
	struct session *session;
	const char *name;
	struct pollfd backend;
	bool client_ended, backend_ended;
	bool up_done; /* the backend has been told of the end, or takes no more */
	int reset; /* errno if it takes no more because of a reset */
	size_t start, end; /* what is in `up` */
	char up[BUFFER_SIZE]; /* from the client, on its way to the backend */
	char down
	    [BUFFER_SIZE]; /* from the backend; the session takes all of it at once */
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

/* What one has not taken yet keeps the next bytes from being read. */
static bool
wants_client(const struct relay *relay)
{
	return !relay->client_ended && !relay->up_done && relay->start == relay->end;
}

static bool
wants_backend(const struct relay *relay)
{
	return !relay->backend_ended && session_room(relay->session) > 0;
}

/* Reads what the client has sent, into the empty buffer. */
static int
take_from_client(struct relay *relay)
{
	relay->start = relay->end = 0;
	do {
		ssize_t n = session_try_read(
		    relay->session, relay->up + relay->end, BUFFER_SIZE - relay->end);
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
 * The backend reads no more: that ends this direction only, for it may have answered. A
 * reset is told once, here or by recv(2), so it is kept; EPIPE means that the backend had
 * ended properly before, and that its answer is whole.
 */
static void
refuse(struct relay *relay, int error)
{
	relay->up_done = true;
	relay->reset = error == EPIPE ? 0 : error;
	relay->start = relay->end = 0;
}

static void
give_to_backend(struct relay *relay)
{
	size_t size = relay->end - relay->start;

	if (size > 0) {
		ssize_t n = send(relay->backend.fd, relay->up + relay->start, size,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			relay->start += (size_t)n;
		else if (!is_soft(errno))
			refuse(relay, errno);
	}
	if (relay->client_ended && !relay->up_done && relay->start == relay->end) {
		shutdown(relay->backend.fd, SHUT_WR);
		relay->up_done = true;
	}
}

/* The end of what the backend sends. */
static int
end_answer(struct relay *relay)
{
	if (relay->reset != 0)
		return fail_backend(relay, relay->reset);
	relay->backend_ended = true;
	return session_end(relay->session);
}

static int
take_from_backend(struct relay *relay)
{
	size_t room = session_room(relay->session);
	ssize_t n = recv(relay->backend.fd, relay->down,
	    room < BUFFER_SIZE ? room : BUFFER_SIZE, MSG_DONTWAIT);

	if (n > 0)
		return session_write(relay->session, relay->down, (size_t)n);
	if (n == 0)
		return end_answer(relay);
	return is_soft(errno) ? 0 : fail_backend(relay, errno);
}

/* Whether nothing can come any more that somebody takes. */
static bool
is_over(const struct relay *relay)
{
	const short lost = POLLERR | POLLHUP;

	return relay->backend_ended &&
	       (relay->up_done || (relay->backend.revents & lost) != 0);
}

/* What poll(2) is to tell of the backend; once it has ended, that it is gone altogether. */
static void
watch_backend(struct relay *relay, int fd)
{
	relay->backend.events = (short)((wants_backend(relay) ? POLLIN : 0) |
					(relay->start < relay->end ? POLLOUT : 0));
	relay->backend.fd =
	    relay->backend.events != 0 || relay->backend_ended ? fd : -1;
	relay->backend.revents = 0;
}

/* One turn: sleeps until something can go on, and lets it. */
static int
take_turn(struct relay *relay, int fd)
{
	if (session_try_flush(relay->session) < 0)
		return -1;
	watch_backend(relay, fd);
	int ready = session_wait(relay->session, wants_client(relay) ? POLLIN : 0,
	    &relay->backend, deadline_never());
	if (ready < 0)
		return -1;
	relay->backend.fd = fd;
	if ((ready & POLLIN) != 0 && take_from_client(relay) < 0)
		return -1;
	give_to_backend(relay);
	if ((relay->backend.revents & ~POLLOUT) != 0 && wants_backend(relay))
		return take_from_backend(relay);
	return 0;
}

int
relay_run(struct session *session, int fd, const char *name)
{
	struct relay *relay = malloc(sizeof *relay);
	int result = 0;

	if (relay == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	relay->session = session;
	relay->name = name;
	relay->client_ended = relay->backend_ended = relay->up_done = false;
	relay->reset = 0;
	relay->start = relay->end = 0;
	relay->backend = (struct pollfd){ .fd = fd };
	while (result == 0 && !is_over(relay))
		result = take_turn(relay, fd);
	free(relay);
	return result;
}
