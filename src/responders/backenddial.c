/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting to the first backend that accepts, without blocking a worker. */
#include "responders/backenddial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "base/memory/shortage.h"
#include "base/net/socket.h"
#include "responders/backend/backends.h"
#include "responders/fdwait.h"
#include "tls/session/appdata.h"
#include "tls/session/await.h"
#include "tls/session/session.h"

#define PAUSE_MS 20 /* delay before a full backlog is tried again, at first */
#define LONGEST_PAUSE_MS 500

#define PENDING 1 /* differs from SESSION_PARKED */

void
backenddial_init(struct backenddial *dial, struct backends *backends,
    struct session *session, struct cursor *cursor, int64_t timeout_ms)
{
	struct address peer;

	session_peer(session, &peer);
	*dial = (struct backenddial){ .fd = -1,
		.session = session,
		.cursor = cursor,
		.backends = backends,
		.timeout_ms = timeout_ms,
		.chosen = backends_choose(backends, &peer) };
}

static const struct address *
address_of(const struct backenddial *dial)
{
	return &dial->addresses[dial->address];
}

/* Takes the addresses of the backend. False if its name has not resolved. */
static bool
take_addresses(struct backenddial *dial)
{
	char reason[ADDRESS_TEXT_SIZE];

	dial->address = 0;
	dial->is_ours = false;
	dial->address_count = backend_addresses(dial->backend, dial->addresses, reason);
	if (dial->address_count > 0)
		return true;
	snprintf(dial->words, sizeof dial->words, "%s: does not resolve: %s",
	    dial->backend->name, reason);
	return false;
}

/* Finds the next backend that has addresses, from the chosen one on. Avoided ones are left out,
 * but if the chosen one was, it comes last. False if none is left. */
static bool
next_backend(struct backenddial *dial)
{
	struct backends *backends = dial->backends;

	while (dial->turn <= backends->count) {
		bool is_last_resort = dial->turn == backends->count;
		struct backend *backend =
		    &backends->list[(dial->chosen + dial->turn) % backends->count];
		bool is_chosen = dial->turn++ == 0;
		if (is_last_resort ? dial->tried_chosen
				   : !backend_may_try(backend, dial->timeout_ms))
			continue;
		dial->tried_chosen = dial->tried_chosen || is_chosen;
		dial->backend = backend;
		if (take_addresses(dial))
			return true;
	}
	return false;
}

/* Moves on to the next address. A backend without a reachable address is avoided, unless the
 * cause is local. */
static bool
next_address(struct backenddial *dial)
{
	if (dial->backend == NULL)
		return next_backend(dial);
	if (++dial->address < dial->address_count)
		return true;
	if (!dial->is_ours)
		backend_avoid(dial->backend, dial->words);
	return next_backend(dial);
}

/* Opens a socket for the address. Returns 0, or -1 with errno. */
static int
open_socket(struct backenddial *dial)
{
	int family = address_family(address_of(dial)), one = 1;

	dial->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (dial->fd < 0)
		return -1;
	if (family != AF_UNIX) {
		setsockopt(dial->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		socket_keep_alive(dial->fd);
	}
	dial->end = deadline_in(dial->timeout_ms);
	dial->pause_ms = PAUSE_MS;
	return 0;
}

/* The event to wait for: `poll` is ready, or `until` has passed. */
struct wait {
	struct pollfd poll;
	struct deadline until;
};

/* Tries to connect without waiting. Returns 0, PENDING with a `wait`, or -1 with errno. */
static int
try_connect(struct backenddial *dial, struct wait *wait)
{
	const struct address *address = address_of(dial);

	if (connect(dial->fd, (const struct sockaddr *)&address->storage,
		address->length) == 0)
		return 0;
	if (errno == EINPROGRESS || errno == EALREADY) {
		wait->poll = (struct pollfd){ .fd = dial->fd, .events = POLLOUT };
		wait->until = dial->end;
	} else if (errno == EAGAIN) {
		/* The backlog of a Unix-domain socket is full: poll(2) does not tell when it
		 * has room. */
		wait->poll = (struct pollfd){ .fd = -1 };
		wait->until = deadline_earlier(dial->end, deadline_in(dial->pause_ms));
		dial->pause_ms *= dial->pause_ms < LONGEST_PAUSE_MS ? 2 : 1;
	} else {
		return -1;
	}
	if (!deadline_passed(dial->end))
		return PENDING;
	errno = ETIMEDOUT;
	return -1;
}

/* Waits for the attempt. Meanwhile the client may leave, or its time may end; then the session
 * has that failure. Returns PENDING, -1 or SESSION_PARKED. */
static int
await_attempt(struct session *session, struct wait *wait)
{
	if (session_try_flush(session) < 0)
		return -1;
	int ready = session_await(session, 0, &wait->poll, 1, wait->until);
	return ready < 0 || ready == SESSION_PARKED ? ready : PENDING;
}

/* Continues with this address. Returns 0, -1 with errno or a failure of the session, or
 * SESSION_PARKED. */
static int
try_address(struct backenddial *dial)
{
	int result = PENDING;

	while (dial->fd < 0 && open_socket(dial) < 0) {
		int wanted = fdwait_descriptors(dial->session, dial->cursor, errno);
		if (wanted != 0)
			return wanted;
	}
	while (result == PENDING) {
		struct wait wait;
		result = try_connect(dial, &wait);
		if (result == PENDING)
			result = await_attempt(dial->session, &wait);
	}
	return result;
}

/* Keeps the failure and its reason for the log, with the address if the backend has several. */
static void
note_miss(struct backenddial *dial, int error)
{
	char text[ADDRESS_TEXT_SIZE] = "";
	bool several = dial->address_count > 1;

	if (several)
		address_format(address_of(dial), text);
	snprintf(dial->words, sizeof dial->words, "%s%s%s: %s", dial->backend->name,
	    several ? " at " : "", text,
	    error == ETIMEDOUT ? "timed out" : strerrordesc_np(error));
	dial->is_ours = dial->is_ours || shortage_is_cause(error);
}

/* Gives up on this address. Returns -1 if the client's end cut the attempt short, which says
 * nothing about the backend. If the backend accepted nevertheless, it gets a reset instead of
 * an end. */
static int
give_up_address(struct backenddial *dial, int error)
{
	if (dial->fd >= 0)
		socket_reset(dial->fd);
	dial->fd = -1;
	dial->is_trying = false;
	if (session_failure(dial->session) != FAILURE_NONE)
		return -1;
	note_miss(dial, error);
	return 0;
}

int
backenddial_run(struct backenddial *dial)
{
	for (;;) {
		if (!dial->is_trying && !next_address(dial))
			return session_fail(dial->session,
			    dial->is_ours ? FAILURE_INTERNAL : FAILURE_BACKEND, "%s",
			    dial->words);
		dial->is_trying = true;
		int result = try_address(dial);
		if (result == 0)
			backend_welcome(dial->backend);
		if (result >= 0)
			return result;
		if (give_up_address(dial, errno) < 0)
			return -1;
	}
}
