/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer of a plaintext backend: choosing one, connecting, relaying. */
#include "responders/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/findings.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/shortage.h"
#include "responders/relay.h"
#include "responders/sendproxy.h"
#include "tls/identity.h"
#include "tls/session.h"

#define AVOID_MS 10000 /* how long a backend that failed is left out */
#define WORDS_SIZE 192
#define RETRY_MS 20 /* how soon a full backlog is tried again */

enum balance { BALANCE_FIRST, BALANCE_ROUND_ROBIN, BALANCE_SOURCE };

static const char *const balances[] = { "first", "round-robin", "source" };

const char *
connect_balance_name(int index)
{
	return index < (int)(sizeof balances / sizeof balances[0]) ? balances[index]
	                                                           : NULL;
}

/* One item of `connect`; a host name may have several addresses. */
struct backend {
	char *name; /* as configured */
	struct address addresses[ADDRESS_MAX];
	int address_count;
	_Atomic(int64_t) avoid_until_ns;
};

struct backends {
	size_t count;
	struct backend *list;
	enum balance balance;
	enum sendproxy proxy;
	int64_t timeout_ms;
	_Atomic(uint32_t) turn; /* of round-robin */
};

/* The interface hands a prepared responder out as constant, which its counters are not. */
struct prepared {
	struct backends *backends;
};

static void
free_backends(struct backends *backends)
{
	for (size_t i = 0; i < backends->count; i++)
		free(backends->list[i].name);
	free(backends->list);
	free(backends);
}

static void
add_backend(struct backends *backends, const char *name, struct findings *findings)
{
	struct backend *backend = &backends->list[backends->count++];
	char wrong[ADDRESS_TEXT_SIZE];

	backend->name = memory_copy(name);
	atomic_init(&backend->avoid_until_ns, 0);
	backend->address_count = address_parse_connect(name, backend->addresses, wrong);
	if (backend->address_count < 0)
		findings_error(findings, "connect: \"%s\" %s", name, wrong);
}

static void *
prepare(const struct responder_settings *settings, struct findings *findings)
{
	const struct stringlist *names = &settings->connect;
	size_t errors = findings->errors;

	if (names->count == 0) {
		findings_error(findings,
		    "connect: respond = connect needs a backend: HOST:PORT or /PATH");
		return NULL;
	}
	struct backends *backends = memory_new(sizeof *backends);
	backends->list = memory_new(names->count * sizeof *backends->list);
	backends->balance = (enum balance)settings->balance;
	backends->proxy = (enum sendproxy)settings->send_proxy;
	backends->timeout_ms = settings->connect_timeout_ms;
	atomic_init(&backends->turn, 0);
	for (size_t i = 0; i < names->count; i++)
		add_backend(backends, names->items[i], findings);
	if (findings->errors > errors) {
		free_backends(backends);
		return NULL;
	}
	struct prepared *prepared = memory_new(sizeof *prepared);
	prepared->backends = backends;
	return prepared;
}

static void
release(void *argument)
{
	struct prepared *prepared = argument;

	free_backends(prepared->backends);
	free(prepared);
}

/* Which backend is the first to be tried for this client. */
static size_t
choose(struct backends *backends, const struct session *session)
{
	struct address peer;

	switch (backends->balance) {
	case BALANCE_ROUND_ROBIN:
		return atomic_fetch_add(&backends->turn, 1) % backends->count;
	case BALANCE_SOURCE:
		session_peer(session, &peer);
		return address_host_hash(&peer) % backends->count;
	default:
		return 0;
	}
}

/* Sleeps until `other` is ready or `until`. 0, or -1 with errno; the client may go meanwhile,
 * or its time may end, which the session then knows. */
static int
sleep_once(struct session *session, struct pollfd *other, struct deadline until)
{
	if (session_try_flush(session) == 0 &&
	    session_wait(session, 0, other, 1, until) >= 0)
		return 0;
	errno = ECANCELED;
	return -1;
}

/* Waits for the end of a connect(2) that goes on. 0, or -1 with errno. */
static int
await_connection(int fd, struct session *session, struct deadline deadline)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t length = sizeof error;

	while (pollfd.revents == 0) {
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (sleep_once(session, &pollfd, deadline) < 0)
			return -1;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	errno = error;
	return error == 0 ? 0 : -1;
}

/* When the backlog of a Unix-domain socket is full nothing tells of its end. */
static int
connect_path(int fd, const struct address *address, struct session *session,
    struct deadline deadline)
{
	struct pollfd nobody = { .fd = -1 };

	while (connect(fd, (const struct sockaddr *)&address->storage,
		   address->length) < 0) {
		if (errno != EAGAIN)
			return -1;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (sleep_once(session, &nobody,
			deadline_earlier(deadline, deadline_in(RETRY_MS))) < 0)
			return -1;
	}
	return 0;
}

static int
connect_host(int fd, const struct address *address, struct session *session,
    struct deadline deadline)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(fd, (const struct sockaddr *)&address->storage, address->length) ==
	    0)
		return 0;
	return errno == EINPROGRESS ? await_connection(fd, session, deadline) : -1;
}

/* A connected socket, or -1 with errno. */
static int
dial(const struct address *address, struct session *session, int64_t timeout_ms)
{
	int family = address_family(address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct deadline deadline = deadline_in(timeout_ms);

	if (fd < 0)
		return -1;
	int result = family == AF_UNIX ? connect_path(fd, address, session, deadline)
	                               : connect_host(fd, address, session, deadline);
	if (result == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool
is_avoided(const struct backend *backend)
{
	return atomic_load(&backend->avoid_until_ns) > deadline_now_ns();
}

/* Leaves a backend out for a while, and says so when that begins. */
static void
avoid(struct backend *backend, const char *words)
{
	int64_t now_ns = deadline_now_ns();
	int64_t before_ns = atomic_exchange(
	    &backend->avoid_until_ns, deadline_after(now_ns, AVOID_MS).at_ns);

	if (before_ns <= now_ns)
		log_warning("backend %s: avoided for %d s", words, AVOID_MS / 1000);
}

/* What happened to a backend and why, for the log; the address where it has several. */
static void
describe(char words[WORDS_SIZE], const struct backend *backend,
    const struct address *address, int error)
{
	char text[ADDRESS_TEXT_SIZE] = "";
	bool several = backend->address_count > 1;

	if (several)
		address_format(address, text);
	snprintf(words, WORDS_SIZE, "%s%s%s: %s", backend->name, several ? " at " : "",
	    text, error == ETIMEDOUT ? "timed out" : strerrordesc_np(error));
}

/* Why a backend was not reached. */
struct miss {
	char words[WORDS_SIZE]; /* of the last address */
	bool is_ours; /* for want of descriptors, ports or memory here */
};

/* Tries each address. A connected socket, or -1 with the reason; those that a client's end
 * cut short, or a shortage of ours, say nothing about the backend. */
static int
reach(struct backend *backend, struct session *session, int64_t timeout_ms,
    struct miss *miss)
{
	miss->is_ours = false;
	for (int i = 0; i < backend->address_count; i++) {
		int fd = dial(&backend->addresses[i], session, timeout_ms);
		if (fd >= 0) {
			atomic_store(&backend->avoid_until_ns, 0);
			return fd;
		}
		if (session_failure(session) != FAILURE_NONE)
			return -1;
		miss->is_ours = miss->is_ours || shortage_is_cause(errno);
		describe(miss->words, backend, &backend->addresses[i], errno);
	}
	if (!miss->is_ours)
		avoid(backend, miss->words);
	return -1;
}

/*
 * Tries the backends from the chosen one on, without those that are avoided; and the chosen
 * one after all if there was nobody else. A connected socket and its backend, or -1 with a
 * failure.
 */
static int
reach_any(struct backends *backends, struct session *session, struct backend **reached)
{
	size_t chosen = choose(backends, session);
	bool tried_chosen = false;
	struct miss miss = { .words = "" };

	for (size_t i = 0; i <= backends->count; i++) {
		*reached = &backends->list[(chosen + i) % backends->count];
		bool is_last_resort = i == backends->count;
		if (is_last_resort ? tried_chosen : is_avoided(*reached))
			continue;
		tried_chosen = tried_chosen || i == 0;
		int fd = reach(*reached, session, backends->timeout_ms, &miss);
		if (fd >= 0)
			return fd;
		if (session_failure(session) != FAILURE_NONE)
			return -1;
	}
	return session_fail(session, miss.is_ours ? FAILURE_INTERNAL : FAILURE_BACKEND,
	    "%s", miss.words);
}

static void
reset_and_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

/* A client that broke off is not passed off as one that ended. */
static void
part(int fd, const struct session *session)
{
	if (session_failure(session) != FAILURE_NONE)
		reset_and_close(fd);
	else
		close(fd);
}

static const char *
or_null(const char *text)
{
	return strcmp(text, "-") != 0 ? text : NULL;
}

static size_t
write_header(enum sendproxy kind, const struct session *session,
    unsigned char header[SENDPROXY_SIZE])
{
	const struct identity *identity = session_identity(session);
	struct session_facts facts;
	struct address peer, local;
	char version[16];

	session_facts(session, &facts);
	session_peer(session, &peer);
	session_local(session, &local);
	snprintf(version, sizeof version, "TLSv%s", facts.version + strlen("TLS"));
	struct sendproxy_tls tls = { .version = version,
		.suite = facts.suite,
		.sni = or_null(facts.sni),
		.alpn = or_null(facts.alpn),
		.client = identity != NULL ? identity->name : NULL,
		.verified = identity != NULL && identity->verified };
	return sendproxy_write(kind, &peer, &local, &tls, header);
}

/* Tells the backend who the client is; there is room for that in a fresh socket. */
static int
introduce(
    const struct backends *backends, int fd, const char *name, struct session *session)
{
	unsigned char header[SENDPROXY_SIZE];

	if (backends->proxy == SENDPROXY_NO)
		return 0;
	size_t size = write_header(backends->proxy, session, header);
	if (send(fd, header, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size)
		return 0;
	return session_fail(
	    session, FAILURE_BACKEND, "%s does not take a PROXY header", name);
}

/* A backend that breaks off before it has said anything may be one that only looks alive. */
static void
judge(struct backend *backend, const struct session *session)
{
	struct session_facts facts;

	session_facts(session, &facts);
	if (session_failure(session) == FAILURE_BACKEND && facts.bytes_out == 0)
		avoid(backend, session_reason(session));
}

/* A client and its backend. */
struct call {
	struct backend *backend;
	struct relay *relay;
	int fd;
};

/* NULL with a failure; or one with a failure, which end() is to see. */
static struct call *
begin(struct backends *backends, struct session *session)
{
	struct call *call = malloc(sizeof *call);

	if (call == NULL) {
		session_fail(session, FAILURE_INTERNAL, "out of memory");
		return NULL;
	}
	call->fd = reach_any(backends, session, &call->backend);
	if (call->fd < 0) {
		free(call);
		return NULL;
	}
	call->relay = relay_new(session, call->backend->name, NULL);
	if (call->relay == NULL)
		session_fail(session, FAILURE_INTERNAL, "out of memory");
	else
		introduce(backends, call->fd, call->backend->name, session);
	return call;
}

static void
end(struct call *call, const struct session *session)
{
	judge(call->backend, session);
	part(call->fd, session);
	relay_free(call->relay);
	free(call);
}

static int
answer(const void *argument, struct session *session, struct cursor *cursor)
{
	const struct prepared *prepared = argument;

	if (cursor->state == NULL)
		cursor->state = begin(prepared->backends, session);
	if (cursor->state == NULL)
		return -1;
	struct call *call = cursor->state;
	int result = session_failure(session) == FAILURE_NONE
	                 ? relay_run(call->relay, call->fd)
	                 : -1;
	if (result == SESSION_PARKED)
		return result;
	end(call, session);
	cursor->state = NULL;
	return result;
}

static void
abandon(void *state)
{
	struct call *call = state;

	reset_and_close(call->fd);
	relay_free(call->relay);
	free(call);
}

const struct responder_kind responder_connect = { .name = "connect",
	.descriptors = 1,
	.prepare = prepare,
	.answer = answer,
	.abandon = abandon,
	.release = release };
