/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a worker serves a connection. */
#include "server/connection/conversation.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/deadline.h"
#include "base/memory/shortage.h"
#include "base/net/socket.h"
#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/connection/outcome.h"
#include "server/connection/recheck.h"
#include "server/snapshot/service.h"
#include "tls/x509/identity.h"
#include "tls/session/closure.h"
#include "tls/session/handshake.h"
#include "tls/session/session.h"
#include "tls/transport/pause.h"
#include "tls/transport/transport.h"

#define YEAR_S 31536000

/* Returns when the connection must end: no later than the client's certificate. */
static struct deadline
end_of_life(const struct connection *connection, const struct session *session)
{
	const struct identity *identity = session_identity(session);
	struct deadline end = connection_end_of_life(connection);

	if (identity == NULL)
		return end;
	int64_t left_s = (int64_t)identity->not_after - (int64_t)time(NULL);
	if (left_s > YEAR_S)
		return end;
	/* 0 would mean never */
	return deadline_earlier(end, deadline_in(left_s > 0 ? left_s * 1000 : 1));
}

/* Begins a step, or goes on with it after it was parked. */
static void
enter_step(struct connection *connection, enum phase step, int64_t now_ns)
{
	connection->step = step;
	connection_enter_at(connection, step, now_ns);
}

/* Keeps the client's name for reports. If memory is exhausted, they lack it. */
static void
keep_client(struct connection *connection, const struct session *session)
{
	const struct identity *identity = session_identity(session);

	if (identity == NULL)
		return;
	char word[IDENTITY_WORD_SIZE];
	atomic_store(&connection->client, strdup(identity_word(identity, word)));
}

static void
begin_answer(
    struct connection *connection, struct session *session, struct transport *transport)
{
	connection->shaken_ns = deadline_now_ns();
	enter_step(connection, PHASE_ANSWER, connection->shaken_ns);
	transport_set_deadline(transport, end_of_life(connection, session),
	    connection->service->conf->idle_timeout_ms);
	keep_client(connection, session);
	recheck_begin(connection, session);
}

/* Begins the end of the session. After an early answer, that includes the handshake. */
static void
begin_close(
    struct connection *connection, struct session *session, struct transport *transport)
{
	enter_step(connection, PHASE_CLOSE, deadline_now_ns());
	if (session_is_ahead(session))
		transport_set_deadline(
		    transport, connection_end_of_handshake(connection), 0);
}

/* Runs the present step. Returns as session_handshake() does. */
static int
take_step(struct connection *connection, struct session *session)
{
	switch (connection->step) {
	case PHASE_HANDSHAKE:
		return session_handshake(session);
	case PHASE_ANSWER:
		return responder_answer(
		    connection->service->responder, session, &connection->cursor);
	default:
		return session_finish(session);
	}
}

/* True if the connection was killed while its responder passed on the last bytes of a client that
 * broke off. Then the responder ends at once. */
static bool
is_newly_cut(struct connection *connection, const struct session *session)
{
	if (connection->cursor.is_cut || atomic_load(&connection->killed) == NULL ||
	    session_failure(session) == FAILURE_NONE)
		return false;
	connection->cursor.is_cut = true;
	return true;
}

/* Runs the handshake, the answer and close_notify, each with its own deadline. Returns false if
 * the connection is parked in one of them. */
static bool
run_steps(
    struct connection *connection, struct session *session, struct transport *transport)
{
	for (;;) {
		if (connection->step == PHASE_ANSWER &&
		    responder_blocks(connection->service->responder))
			transport_will_wait(transport);
		int result = take_step(connection, session);
		if (result == SESSION_PARKED && is_newly_cut(connection, session))
			continue;
		if (result == SESSION_PARKED)
			return false;
		if (connection->step == PHASE_CLOSE)
			return true;
		if (connection->step == PHASE_HANDSHAKE && result == 0)
			begin_answer(connection, session, transport);
		else
			begin_close(connection, session, transport);
	}
}

/* Ends the worker's part (RFC 8446, 6.1). Our close_notify is sent and our side is shut down. A
 * reset must not overtake it, so the descriptor lingers until the client has closed too. */
static void
end_worker_part(struct connection *connection, const struct transport *transport)
{
	connection->finished =
	    transport_is_parked(transport) || (transport->failure != TRANSPORT_FINE &&
						  transport->failure != TRANSPORT_END);
	if (transport_is_parked(transport) ||
	    transport->failure == TRANSPORT_TIMED_OUT_WRITING ||
	    transport->failure == TRANSPORT_TIMED_OUT_READING)
		socket_reset_on_close(connection->fd);
}

/* Returns NULL if memory is exhausted. */
static struct session *
begin_session(struct connection *connection, struct transport *transport)
{
	const struct service *service = connection->service;

	connection->taken_ns = deadline_now_ns();
	enter_step(connection, PHASE_HANDSHAKE, connection->taken_ns);
	transport_attach(transport, connection->fd, connection->sliced);
	transport_count(transport, &connection->traffic);
	transport_set_deadline(transport, connection_end_of_handshake(connection), 0);
	transport_park(transport, true);
	struct session *session = session_new(service->context, transport,
	    (service->early ? SESSION_EARLY : SESSION_COMPLETE) |
		(connection->wants_p256 ? SESSION_P256 : 0),
	    connection->record_size, connection->host);
	if (session == NULL)
		return NULL;
	session_set_id(session, connection->entry.id);
	if (connection->local.length > 0)
		session_introduce(session, &connection->peer, &connection->local);
	return session;
}

/* Returns the session that was parked. */
static struct session *
resume_session(struct connection *connection, struct transport *transport)
{
	struct session *session = connection->session;

	connection_enter(connection, connection->step);
	transport_return(transport, connection->pause);
	session_move(session, transport);
	connection->session = NULL;
	connection->pause = NULL;
	connection->cursor.is_cut = atomic_load(&connection->killed) != NULL;
	return session;
}

/* Keeps the session until its client goes on. Returns 0, or -1 after a failure. */
static int
park_session(struct connection *connection, struct session *session,
    const struct transport *transport)
{
	if (atomic_load(&connection->killed) != NULL &&
	    !connection_is_ending(connection))
		return session_fail(session, FAILURE_KILLED, "before it was parked");
	connection->pause = transport_leave(transport);
	if (connection->pause == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	connection->session = session;
	connection->deadline = pause_end(connection->pause);
	return 0;
}

void
conversation_serve(struct connection *connection, struct transport *transport)
{
	shortage_forget();
	struct session *session = connection->session != NULL
	                              ? resume_session(connection, transport)
	                              : begin_session(connection, transport);

	if (!connection->service->prompt)
		transport_will_wait(transport);
	if (session == NULL) {
		outcome_fail(connection, FAILURE_INTERNAL, "out of memory");
		connection->finished = true;
	} else if (run_steps(connection, session, transport) ||
		   park_session(connection, session, transport) < 0) {
		outcome_conclude(connection, session);
		connection->holds_end = session_holds_end(session);
		session_free(session);
		end_worker_part(connection, transport);
	}
	if (connection->session == NULL)
		connection_enter(connection, PHASE_LINGER);
}
