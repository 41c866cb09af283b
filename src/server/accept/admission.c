/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Admission: a connection gets no worker before its ClientHello is complete. */
#include "server/accept/admission.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/alert.h"
#include "base/memory/memory.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/connection/waitlist.h"
#include "server/accept/entry.h"
#include "server/accept/hello.h"
#include "server/accept/proxyheader.h"
#include "server/event/loop.h"
#include "server/wait/linger.h"
#include "server/worker/dispatch.h"
#include "tls/hello/clienthello.h"

struct admission {
	struct loop *loop;
	struct limits *limits;
	struct dispatch *dispatch;
	struct linger_list *linger;
	struct waitlist *waiting;
	int64_t hello_timeout_ms;
	unsigned char peeked[HELLO_SIZE_MAX];
};

struct admission *
admission_new(struct loop *loop, struct limits *limits, struct dispatch *dispatch,
    struct linger_list *linger)
{
	struct admission *admission = memory_new(sizeof *admission);

	admission->loop = loop;
	admission->limits = limits;
	admission->dispatch = dispatch;
	admission->linger = linger;
	admission->waiting = waitlist_new("waiting");
	return admission;
}

void
admission_limit(struct admission *admission, int64_t hello_timeout_ms, size_t max)
{
	admission->hello_timeout_ms = hello_timeout_ms;
	waitlist_limit(admission->waiting, max);
}

size_t
admission_count(const struct admission *admission)
{
	return waitlist_count(admission->waiting);
}

static void
stop_waiting(struct admission *admission, struct connection *connection)
{
	loop_remove(admission->loop, connection->fd, &connection->watch);
	waitlist_remove(admission->waiting, connection);
}

/* Ends a watched connection. */
static void
refuse_watched(struct admission *admission, struct connection *connection,
    enum failure failure, const char *reason)
{
	stop_waiting(admission, connection);
	outcome_refuse(connection, failure, reason);
}

void
admission_free(struct admission *admission)
{
	struct connection *connection;

	if (admission == NULL)
		return;
	while ((connection = waitlist_first(admission->waiting)) != NULL)
		refuse_watched(admission, connection, FAILURE_REFUSED_LIMIT,
		    "the server is stopping");
	waitlist_free(admission->waiting);
	free(admission);
}

/* The answers to clients of other protocols, so that a person who reads them knows the reason.
 * They are small enough for the buffer of any socket. */
static const struct {
	enum failure failure;
	const char *reason;
	const char *answer;
	size_t answer_size;
} others[] = {
#define ANSWER(text) text, sizeof(text) - 1
#define FATAL_ALERT(description) ANSWER("\x15\x03\x03\x00\x02\x02" description)
	[HELLO_HTTP] = { FAILURE_NOT_TLS_HTTP, "a plain HTTP request",
	    ANSWER("HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n"
		   "Connection: close\r\n\r\nThis port requires TLS: use https.\n") },
	/* protocol_version (RFC 6176). */
	[HELLO_SSL2] = { FAILURE_NOT_TLS, "an SSL 2.0 hello",
	    ANSWER("\x15\x03\x01\x00\x02\x02\x46") },
	/* decode_error, as from the library (RFC 8446, 6.2). */
	[HELLO_TOO_LONG] = { FAILURE_PROTOCOL, "a ClientHello that is too long",
	    FATAL_ALERT("\x32") },
	/* record_overflow (RFC 8446, 5.1). */
	[HELLO_OVERFLOW] = { FAILURE_PROTOCOL, "a record of more than 16384 bytes",
	    FATAL_ALERT("\x16") },
	/* unexpected_message (RFC 8446, 5). */
	[HELLO_BROKEN] = { FAILURE_PROTOCOL, "malformed records in the ClientHello",
	    FATAL_ALERT("\x0a") },
	[HELLO_SSH] = { FAILURE_NOT_TLS, "an SSH client", FATAL_ALERT("\x0a") },
	[HELLO_OTHER] = { FAILURE_NOT_TLS, "no TLS record", FATAL_ALERT("\x0a") },
};

/* Sends the answer, if there is one, and lets the client read it. */
static void
send_and_linger(struct admission *admission, struct connection *connection,
    const void *answer, size_t size)
{
	if (size > 0 &&
	    send(connection->fd, answer, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		connection_free(connection);
		return;
	}
	shutdown(connection->fd, SHUT_WR);
	linger_add(admission->linger, connection);
}

static void
turn_away(struct admission *admission, struct connection *connection, enum hello hello)
{
	outcome_fail(connection, others[hello].failure, others[hello].reason);
	send_and_linger(
	    admission, connection, others[hello].answer, others[hello].answer_size);
}

/* Counts and logs the failure, and sends the client a fatal alert (RFC 8446, 6.2). */
static void
fail_with_alert(struct admission *admission, struct connection *connection,
    enum failure failure, const char *reason, unsigned char alert)
{
	const unsigned char record[] = { 21, 3, 3, 0, 2, 2, alert };

	outcome_fail(connection, failure, reason);
	send_and_linger(admission, connection, record, sizeof record);
}

/* Makes epoll wait until `needed` bytes are there. Setting the present value again would wake us
 * at once if the kernel counts bytes that a peek does not show: those after an urgent byte. */
static void
set_low_water(struct connection *connection, size_t needed)
{
	int bytes = (int)needed;

	if (bytes == connection->low_water)
		return;
	setsockopt(connection->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
	connection->low_water = bytes;
}

static void
reset_low_water(struct connection *connection)
{
	if (connection->low_water > 1)
		set_low_water(connection, 1);
}

/* Finds the service for the hello. */
static void
route_by_hello(struct admission *admission, struct connection *connection,
    const struct clienthello *hello)
{
	const char *reason;
	enum failure failure =
	    entry_route(admission->limits, connection, hello, &reason);

	switch (failure) {
	case FAILURE_NONE:
		dispatch_add(admission->dispatch, connection);
		break;
	case FAILURE_SNI:
		fail_with_alert(
		    admission, connection, failure, reason, ALERT_UNRECOGNIZED_NAME);
		break;
	case FAILURE_ALPN:
		fail_with_alert(admission, connection, failure, reason,
		    ALERT_NO_APPLICATION_PROTOCOL);
		break;
	default:
		outcome_refuse(connection, failure, reason);
	}
}

/* Admits a connection whose whole hello was peeked just now. */
static void
admit_by_hello(struct admission *admission, struct connection *connection)
{
	unsigned char *bytes = admission->peeked;
	size_t size = hello_gather(bytes);
	struct clienthello hello;

	reset_low_water(connection);
	if (clienthello_read(bytes + HELLO_RECORD_HEADER, size, &hello) == 0)
		route_by_hello(admission, connection, &hello);
	else
		fail_with_alert(admission, connection, FAILURE_PROTOCOL,
		    "the ClientHello is malformed", ALERT_DECODE_ERROR);
}

/* The results of a look at a connection's bytes. */
enum verdict { STAY, LEFT, REFUSED, JUDGED };

struct sight {
	enum verdict verdict;
	enum hello hello; /* if it was judged */
	enum failure failure; /* if it is refused */
	const char *reason;
};

/* Peeks at the bytes that are there. Returns JUDGED if there are any, with their number in
 * `*size`. */
static enum verdict
peek_at_bytes(struct admission *admission, struct connection *connection, size_t *size)
{
	ssize_t n = recv(connection->fd, admission->peeked, sizeof admission->peeked,
	    MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return STAY;
	if (n <= 0)
		return LEFT;
	*size = (size_t)n;
	return JUDGED;
}

/* Gives the connection the addresses in the header. If it waits already, moves it to that client.
 * Returns 0, or -1 if memory is exhausted. */
static int
adopt_header_addresses(struct admission *admission, struct connection *connection,
    const struct proxyheader *header)
{
	if (!header->has_addresses)
		return 0;
	connection->peer = header->peer;
	connection->local = header->local;
	if (connection->peers_client == NULL) /* it does not wait */
		return 0;
	return waitlist_move(admission->waiting, connection);
}

static struct sight
make_refusal(enum failure failure, const char *reason)
{
	struct sight sight = { .verdict = REFUSED };

	sight.failure = failure;
	sight.reason = reason;
	return sight;
}

/* Reads a whole header, and not one byte more, from the socket, and greets the client. */
static struct sight
accept_header(struct admission *admission, struct connection *connection,
    const struct proxyheader *header)
{
	const char *reason;
	ssize_t n = recv(connection->fd, admission->peeked, header->size, MSG_DONTWAIT);

	if (n != (ssize_t)header->size)
		return (struct sight){ .verdict = LEFT };
	connection->header_due = false;
	reset_low_water(connection);
	if (adopt_header_addresses(admission, connection, header) < 0)
		return make_refusal(FAILURE_INTERNAL, "out of memory");
	enum failure failure = entry_greet(admission->limits, connection, &reason);
	if (failure != FAILURE_NONE)
		return make_refusal(failure, reason);
	return (struct sight){ .verdict = JUDGED };
}

static struct sight
look_for_header(struct admission *admission, struct connection *connection)
{
	struct proxyheader header;
	size_t size;
	enum verdict verdict = peek_at_bytes(admission, connection, &size);

	if (verdict != JUDGED)
		return (struct sight){ .verdict = verdict };
	switch (proxyheader_read(admission->peeked, size, &header)) {
	case PROXYHEADER_WHOLE:
		return accept_header(admission, connection, &header);
	case PROXYHEADER_BROKEN:
		return make_refusal(FAILURE_PROXY_HEADER, header.wrong);
	default:
		set_low_water(connection, header.needed);
		return (struct sight){ .verdict = STAY };
	}
}

static struct sight
look_for_hello(struct admission *admission, struct connection *connection)
{
	size_t size, needed = 1;
	struct sight sight = { .verdict = peek_at_bytes(admission, connection, &size) };

	if (sight.verdict != JUDGED)
		return sight;
	sight.hello = hello_judge(admission->peeked, size, &needed);
	if (sight.hello == HELLO_PARTIAL) {
		set_low_water(connection, needed);
		sight.verdict = STAY;
	}
	return sight;
}

static struct sight
look_at_bytes(struct admission *admission, struct connection *connection)
{
	struct sight sight = { .verdict = JUDGED };

	if (connection->header_due)
		sight = look_for_header(admission, connection);
	return sight.verdict == JUDGED ? look_for_hello(admission, connection) : sight;
}

/* Passes on a connection that is neither in the list nor in the loop. */
static void
act_on_sight(struct admission *admission, struct connection *connection,
    const struct sight *sight)
{
	if (sight->verdict == LEFT)
		outcome_refuse(connection, FAILURE_EARLY_CLOSE,
		    "the client closed the connection before its ClientHello was "
		    "complete");
	else if (sight->verdict == REFUSED)
		outcome_refuse(connection, sight->failure, sight->reason);
	else if (sight->hello == HELLO_WHOLE)
		admit_by_hello(admission, connection);
	else
		turn_away(admission, connection, sight->hello);
}

/* Ends the wait for bytes that will not come. */
static struct sight
judge_lost_client(const struct connection *connection)
{
	if (connection->header_due)
		return make_refusal(FAILURE_PROXY_HEADER,
		    "the connection ended within the PROXY header");
	return (struct sight){ .verdict = LEFT };
}

static void
on_bytes(struct watch *watch, uint32_t events)
{
	struct admission *admission = watch->holder;
	struct connection *connection = (struct connection *)watch;
	struct sight sight = look_at_bytes(admission, connection);

	/* The low water mark hides an end of file that follows too few bytes. No more bytes will
	 * come then. */
	if (sight.verdict == STAY && (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		sight = judge_lost_client(connection);
	if (sight.verdict == STAY)
		return;
	stop_waiting(admission, connection);
	act_on_sight(admission, connection, &sight);
}

static void
wait_for_bytes(struct admission *admission, struct connection *connection)
{
	struct deadline deadline =
	    deadline_after(connection->accepted_ns, admission->hello_timeout_ms);

	connection->watch = (struct watch){ .ready = on_bytes, .holder = admission };
	if (waitlist_add(admission->waiting, connection, deadline) < 0) {
		outcome_refuse(connection, FAILURE_INTERNAL, "out of memory");
		return;
	}
	if (loop_add(admission->loop, connection->fd, EPOLLIN | EPOLLRDHUP | EPOLLET,
		&connection->watch) < 0) {
		waitlist_remove(admission->waiting, connection);
		outcome_refuse(connection, FAILURE_INTERNAL, strerrordesc_np(errno));
		return;
	}
	if (waitlist_is_over(admission->waiting))
		admission_evict(admission, "max-waiting");
}

void
admission_add(struct admission *admission, struct connection *connection)
{
	const char *reason;
	enum failure failure = entry_meet(admission->limits, connection, &reason);

	if (failure != FAILURE_NONE) {
		outcome_refuse(connection, failure, reason);
		return;
	}
	struct sight sight = look_at_bytes(admission, connection);
	if (sight.verdict == STAY)
		wait_for_bytes(admission, connection);
	else
		act_on_sight(admission, connection, &sight);
}

bool
admission_has_room(const struct admission *admission)
{
	return !dispatch_is_full(admission->dispatch);
}

bool
admission_evict(struct admission *admission, const char *limit)
{
	char reason[WAITLIST_REASON_SIZE];
	struct connection *connection =
	    waitlist_victim(admission->waiting, limit, reason);

	if (connection == NULL)
		return false;
	refuse_watched(admission, connection, FAILURE_REFUSED_LIMIT, reason);
	return true;
}

void
admission_hurry(struct admission *admission, struct deadline deadline)
{
	waitlist_hurry(admission->waiting, deadline);
}

struct deadline
admission_expire(struct admission *admission)
{
	struct connection *connection;

	while ((connection = waitlist_due(admission->waiting)) != NULL)
		refuse_watched(admission, connection, FAILURE_HELLO_TIMEOUT,
		    connection->header_due ? "no complete PROXY header in time"
					   : "no complete ClientHello in time");
	return waitlist_next(admission->waiting);
}
