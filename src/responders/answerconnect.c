/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer of a plaintext backend. */
#include "responders/answerconnect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/failure.h"
#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "responders/backend/backends.h"
#include "responders/backenddial.h"
#include "responders/backend/relay.h"
#include "responders/backend/sendproxy.h"
#include "tls/x509/identity.h"
#include "tls/session/closure.h"
#include "tls/session/session.h"

/* The interface passes a prepared responder as constant, but its counters change. */
struct prepared {
	struct backends *backends;
	enum sendproxy proxy;
	int64_t timeout_ms;
};

static void *
prepare_connect(const struct responder_settings *settings, struct findings *findings)
{
	struct backends *backends = backends_new(&settings->connect,
	    (enum balance)settings->balance, settings->resolve_every_ms, findings);

	if (backends == NULL)
		return NULL;
	struct prepared *prepared = memory_new(sizeof *prepared);
	*prepared = (struct prepared){ .backends = backends,
		.proxy = (enum sendproxy)settings->send_proxy,
		.timeout_ms = settings->connect_timeout_ms };
	return prepared;
}

static void
warn_of_backends(const void *argument, struct findings *findings)
{
	const struct prepared *prepared = argument;

	backends_warn(prepared->backends, findings);
}

static void
release_connect(void *argument)
{
	struct prepared *prepared = argument;

	backends_free(prepared->backends);
	free(prepared);
}

/* Resets the backend's connection if the client broke off, so that it does not look like an
 * end. */
static void
close_backend(int fd, const struct session *session)
{
	if (session_failure(session) != FAILURE_NONE)
		socket_reset(fd);
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
	const bool is_psk = identity != NULL && identity->is_psk;
	struct sendproxy_tls tls = { .version = version,
		.suite = facts.suite,
		.sni = or_null(facts.sni),
		.alpn = or_null(facts.alpn),
		.psk = is_psk && identity->verified ? identity->name : NULL,
		.client = identity != NULL && !is_psk ? identity->name : NULL,
		.verified = identity != NULL && identity->verified };
	return sendproxy_write(kind, &peer, &local, &tls, header);
}

/* Sends the PROXY header to the backend. A fresh socket has room for it. */
static int
send_proxy_header(
    enum sendproxy kind, int fd, const struct backend *backend, struct session *session)
{
	unsigned char header[SENDPROXY_SIZE];

	if (kind == SENDPROXY_NO)
		return 0;
	size_t size = write_header(kind, session, header);
	if (send(fd, header, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size)
		return 0;
	return session_fail(session, FAILURE_BACKEND,
	    "%s does not accept a PROXY header", backend->name);
}

/* Avoids a backend that broke off before it sent anything: it may only look alive. */
static void
judge_backend(struct backend *backend, const struct session *session)
{
	struct session_facts facts;

	session_facts(session, &facts);
	if (session_failure(session) == FAILURE_BACKEND && facts.bytes_out == 0)
		backend_avoid(backend, session_reason(session));
}

/* A client and its backend. */
struct call {
	struct backenddial dial;
	struct relay *relay; /* NULL until the backend is connected */
};

/* Returns NULL with a failure. */
static struct call *
begin_call(
    const struct prepared *prepared, struct session *session, struct cursor *cursor)
{
	struct call *call = malloc(sizeof *call);

	if (call == NULL) {
		session_fail(session, FAILURE_INTERNAL, "out of memory");
		return NULL;
	}
	backenddial_init(
	    &call->dial, prepared->backends, session, cursor, prepared->timeout_ms);
	call->relay = NULL;
	return call;
}

/* Returns 0 once there is a relay, -1 with a failure, or SESSION_PARKED. */
static int
reach_backend(struct call *call, enum sendproxy proxy, struct session *session)
{
	int result = backenddial_run(&call->dial);
	const struct backend *backend = call->dial.backend;

	if (result != 0)
		return result;
	call->relay = relay_new(session, backend->name, NULL);
	if (call->relay == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	return send_proxy_header(proxy, call->dial.fd, backend, session);
}

static void
end_call(struct call *call, const struct session *session)
{
	if (call->dial.fd >= 0) {
		judge_backend(call->dial.backend, session);
		close_backend(call->dial.fd, session);
	}
	relay_free(call->relay);
	free(call);
}

static int
answer_connect(const void *argument, struct session *session, struct cursor *cursor)
{
	const struct prepared *prepared = argument;
	struct call *call = cursor->state != NULL
	                        ? cursor->state
	                        : begin_call(prepared, session, cursor);
	int result = 0, delivered = -1;

	cursor->state = call;
	if (call == NULL)
		return -1;
	if (call->relay == NULL)
		result = reach_backend(call, prepared->proxy, session);
	if (result == 0)
		result = relay_run(call->relay, call->dial.fd);
	if (result < 0 && call->relay != NULL && !cursor->is_cut)
		delivered = relay_deliver(call->relay, call->dial.fd);
	if (result == SESSION_PARKED || delivered == SESSION_PARKED)
		return SESSION_PARKED;
	bool is_whole = delivered == 0 && relay_has_passed_all(call->relay);
	end_call(call, session);
	cursor->state = NULL;
	return is_whole && session_excuse(session) ? 0 : result;
}

static void
abandon_connect(void *state)
{
	struct call *call = state;

	if (call->dial.fd >= 0)
		socket_reset(call->dial.fd);
	relay_free(call->relay);
	free(call);
}

const struct responder_kind responder_connect = { .name = "connect",
	.keys = "connect balance connect-timeout resolve-every send-proxy",
	.lasts = true,
	.descriptors = 1,
	.prepare = prepare_connect,
	.warn = warn_of_backends,
	.answer = answer_connect,
	.abandon = abandon_connect,
	.release = release_connect };
