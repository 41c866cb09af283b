/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draining closed connections in the main thread. */
#include "server/wait/linger.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "server/event/timers.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/snapshot/service.h"
#include "tls/hello/plainalert.h"

/* Bytes that a client has sent before it can know that we have finished fit in its send buffer
 * and our receive buffer. A client that sends more is not about to close. */
#define DRAIN_MAX (16 * 1024 * 1024)

/*
 * The largest second flight of a client in TLS 1.3 without a certificate, in bytes (RFC 8446,
 * 4.4.4, 5.1 and D.4): ChangeCipherSpec, and Finished with a hash of 48 bytes. With a hash of 32
 * bytes and one record more, there are more bytes even without ChangeCipherSpec.
 */
#define FLIGHT_MAX (6 + 5 + 4 + 48 + 1 + 16)

#define DRAIN_TURN (256 * 1024) /* bytes in a row before other events are handled */

struct linger_list {
	struct loop *loop;
	int64_t close_timeout_ms;
	struct timers draining;
	size_t count;
	unsigned char bin[16384];
};

struct linger_list *
linger_new(struct loop *loop)
{
	struct linger_list *linger = memory_new(sizeof *linger);

	linger->loop = loop;
	return linger;
}

void
linger_limit(struct linger_list *linger, int64_t close_timeout_ms)
{
	linger->close_timeout_ms = close_timeout_ms;
}

/* Looks for an alert in the first bytes after an early answer. They are the client's part of the
 * handshake, or an alert instead. */
static void
look_for_alert(struct connection *connection, const unsigned char *bytes, size_t size)
{
	int alert = plainalert_find(bytes, size);

	if (alert >= 0)
		outcome_refused(connection, alert);
}

/* True once the client has sent more than its part of the handshake. */
static bool
has_spoken(const struct connection *connection)
{
	return connection->drained > (connection->early ? FLIGHT_MAX : 0);
}

/* Ends our side of a connection that was kept open for the client's request. */
static void
release_end(struct connection *connection)
{
	connection->holds_end = false;
	shutdown(connection->fd, SHUT_WR);
}

/* Handles a reset by the client, which may have cut its answer. */
static void
note_reset(struct connection *connection)
{
	size_t untaken = socket_untaken(connection->fd);

	if (untaken > socket_unacknowledged_max(connection->fd))
		outcome_lost(connection, untaken);
}

/* The state of the client's side. */
enum side { OPEN, ENDED, LOST };

/* Reads and discards the bytes that are there. */
static enum side
drain(struct linger_list *linger, struct connection *connection)
{
	for (size_t turn = 0; turn < DRAIN_TURN;) {
		ssize_t n =
		    recv(connection->fd, linger->bin, sizeof linger->bin, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			note_reset(connection);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? OPEN : LOST;
		if (n == 0)
			return ENDED;
		if (connection->early && connection->drained == 0)
			look_for_alert(connection, linger->bin, (size_t)n);
		turn += (size_t)n;
		connection->drained += (uint64_t)n;
		if (connection->holds_end && has_spoken(connection))
			release_end(connection);
		if (connection->drained > DRAIN_MAX)
			return LOST;
	}
	return OPEN;
}

static void
stop_watching_client(struct linger_list *linger, struct connection *connection)
{
	if (connection->watch.ready == NULL)
		return;
	loop_remove(linger->loop, connection->fd, &connection->watch);
	connection->watch.ready = NULL;
}

static void
enter_list(
    struct linger_list *linger, struct connection *connection, struct deadline deadline)
{
	timers_add(&linger->draining, &connection->timer, deadline, connection);
	linger->count++;
}

static void
leave_list(struct linger_list *linger, struct connection *connection)
{
	timers_remove(&linger->draining, &connection->timer);
	linger->count--;
}

static void
finish_connection(struct linger_list *linger, struct connection *connection)
{
	stop_watching_client(linger, connection);
	leave_list(linger, connection);
	connection_free(connection);
}

static bool
is_reset(const struct connection *connection)
{
	int error = 0;
	socklen_t length = sizeof error;

	getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error != 0;
}

/* True until the client has ended its side. */
static bool
may_send(const struct connection *connection)
{
	return connection->watch.ready != NULL;
}

/* Returns how many bytes of the answer a close might lose, because the client's system has not
 * taken them yet. The kernel keeps the rest of a short answer after a close, unless the client
 * sends something: the kernel then resets the connection. */
static size_t
count_untaken(struct connection *connection)
{
	const size_t kept = may_send(connection) ? 0 : CONNECTION_KERNEL_KEEPS;

	if (connection->traffic.out <= kept)
		return 0;
	if (is_reset(connection)) {
		note_reset(connection);
		return 0;
	}
	size_t bytes = socket_untaken(connection->fd);
	return bytes <= kept ? 0 : bytes;
}

/* Notes how much the client still has to take, and when it is too late for that. A client that has
 * vanished must not hold up a stop or a drain for the sake of a few bytes. */
static void
note_progress(struct connection *connection, size_t untaken)
{
	const struct conf_service *conf = connection->service->conf;
	struct deadline stalled = deadline_in(conf->idle_timeout_ms);

	if (connection->untaken != 0 && untaken >= connection->untaken)
		return;
	if (untaken <= CONNECTION_KERNEL_KEEPS)
		stalled =
		    deadline_earlier(stalled, deadline_in(conf->handshake_timeout_ms));
	connection->untaken = untaken;
	connection->stalled = deadline_earlier(
	    stalled, deadline_after(connection->accepted_ns, conf->max_lifetime_ms));
}

/*
 * True if the client still takes its answer, with progress within idle-timeout, or within
 * handshake-timeout if at most CONNECTION_KERNEL_KEEPS bytes are left. A closed connection would
 * belong to the kernel, with megabytes that none of our limits count. A client that has just taken
 * the last bytes gets one more close-timeout to read them and to close.
 */
static bool
still_takes(struct connection *connection)
{
	size_t untaken = count_untaken(connection);

	if (untaken == 0) {
		bool is_news = connection->untaken != 0 && may_send(connection);
		connection->untaken = 0;
		return is_news && !deadline_passed(connection->stalled);
	}
	note_progress(connection, untaken);
	if (!deadline_passed(connection->stalled))
		return true;
	if (untaken > CONNECTION_KERNEL_KEEPS)
		outcome_stall(connection);
	return false;
}

/* Ends a connection, which is in no list, after the client has closed or its time is up. It stays
 * if the client still takes its answer. */
static void
free_unless_taking(struct linger_list *linger, struct connection *connection)
{
	if (still_takes(connection)) {
		if (connection->holds_end)
			release_end(connection);
		enter_list(linger, connection,
		    deadline_earlier(
			deadline_in(linger->close_timeout_ms), connection->stalled));
		return;
	}
	stop_watching_client(linger, connection);
	connection_free(connection);
}

static void
on_bytes(struct watch *watch, uint32_t events)
{
	struct linger_list *linger = watch->holder;
	struct connection *connection = (struct connection *)watch;

	(void)events;
	switch (drain(linger, connection)) {
	case OPEN:
		break;
	case ENDED:
		stop_watching_client(linger, connection);
		leave_list(linger, connection);
		free_unless_taking(linger, connection);
		break;
	case LOST:
		finish_connection(linger, connection);
		break;
	}
}

/* Returns when the client must have closed, or must have sent something if our side is held open
 * for that. A client with an early answer still has to finish the handshake. */
static struct deadline
find_end(const struct linger_list *linger, const struct connection *connection)
{
	struct deadline end = deadline_in(linger->close_timeout_ms);
	struct deadline handshake_end = connection_end_of_handshake(connection);
	bool is_late = connection->early && !connection->holds_end;

	return is_late && handshake_end.at_ns > end.at_ns ? handshake_end : end;
}

static void
start_watching_client(struct linger_list *linger, struct connection *connection)
{
	connection->watch = (struct watch){ .ready = on_bytes, .holder = linger };
	if (loop_add(linger->loop, connection->fd, EPOLLIN | EPOLLRDHUP,
		&connection->watch) < 0) {
		connection_free(connection);
		return;
	}
	enter_list(linger, connection, find_end(linger, connection));
}

void
linger_add(struct linger_list *linger, struct connection *connection)
{
	connection->watch.ready = NULL;
	if (connection->phase != PHASE_LINGER)
		connection_enter(connection, PHASE_LINGER);
	switch (drain(linger, connection)) {
	case OPEN:
		start_watching_client(linger, connection);
		break;
	case ENDED:
		free_unless_taking(linger, connection);
		break;
	case LOST:
		connection_free(connection);
		break;
	}
}

bool
linger_evict(struct linger_list *linger)
{
	struct connection *connection = timers_first(&linger->draining);

	if (connection == NULL)
		return false;
	finish_connection(linger, connection);
	return true;
}

/* Handles a connection, which is in no list, whose time is up. A client that was answered early
 * and has sent nothing gets our end, and may still have time to finish the handshake. */
static void
expire_connection(struct linger_list *linger, struct connection *connection)
{
	if (connection->holds_end && connection->early &&
	    !deadline_passed(connection_end_of_handshake(connection))) {
		release_end(connection);
		enter_list(linger, connection, connection_end_of_handshake(connection));
		return;
	}
	free_unless_taking(linger, connection);
}

struct deadline
linger_expire(struct linger_list *linger)
{
	struct connection *connection;

	while ((connection = timers_due(&linger->draining)) != NULL) {
		leave_list(linger, connection);
		expire_connection(linger, connection);
	}
	return timers_next(&linger->draining);
}

void
linger_free(struct linger_list *linger)
{
	struct connection *connection;

	if (linger == NULL)
		return;
	while ((connection = timers_first(&linger->draining)) != NULL)
		finish_connection(linger, connection);
	free(linger);
}

size_t
linger_count(const struct linger_list *linger)
{
	return linger->count;
}
