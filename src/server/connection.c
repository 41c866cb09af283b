/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection, and how a worker serves it. */
#include "server/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alert.h"
#include "base/shortage.h"
#include "base/socket.h"
#include "base/text.h"
#include "responders/responder.h"
#include "server/conf.h"
#include "server/limits.h"
#include "server/record.h"
#include "server/review.h"
#include "server/roster.h"
#include "server/route.h"
#include "server/service.h"
#include "server/snapshot.h"
#include "server/stats.h"
#include "tls/evidence.h"
#include "tls/identity.h"
#include "tls/refusal.h"
#include "tls/session.h"
#include "tls/transport.h"

#define YEAR_S 31536000

/* Counts the connection for its service from now on. Does nothing if that is done already;
 * otherwise main thread. */
static void
count_for_service(struct connection *connection)
{
	struct stats *stats = roster_stats(connection->roster);
	enum phase phase =
	    atomic_load_explicit(&connection->phase, memory_order_relaxed);

	if (connection->tally != stats_unrouted(stats))
		return;
	connection->tally = stats_tally(stats, connection->service->name);
	tally_accept(connection->tally);
	tally_enter(connection->tally, phase);
	tally_leave(stats_unrouted(stats), phase);
}

struct connection *
connection_new(int fd, const struct address *peer, struct snapshot *snapshot,
    const struct route *route, struct roster *roster)
{
	struct connection *connection = malloc(sizeof *connection);
	if (connection == NULL) {
		close(fd);
		return NULL;
	}
	int64_t now_ns = deadline_now_ns();
	*connection = (struct connection){ .fd = fd,
		.sliced = address_family(peer) != AF_UNIX,
		.stalled = deadline_never(),
		.cursor = CURSOR_START,
		.accepted_ns = now_ns,
		.phase = PHASE_HELLO,
		.phase_ns = now_ns,
		.snapshot = snapshot_take(snapshot),
		.route = route,
		.service = route_default(route),
		.tally = stats_unrouted(roster_stats(roster)),
		.roster = roster,
		.peer = *peer };
	roster_add(roster, connection);
	tally_enter(connection->tally, PHASE_HELLO);
	if (route_only(route) != NULL)
		count_for_service(connection);
	return connection;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	session_free(connection->session);
	free(connection->pause);
	responder_abandon(connection->service->responder, &connection->cursor);
	close(connection->fd);
	if (connection->unsure)
		tally_done(connection->tally);
	tally_leave(connection->tally, connection->phase);
	roster_remove(connection->roster, connection);
	if (connection->gate != NULL)
		limits_leave(connection->gate, &connection->peer);
	if (connection->process_gate != NULL)
		limits_leave(connection->process_gate, &connection->peer);
	snapshot_drop(connection->snapshot);
	evidence_free(connection->evidence);
	free(connection->facts);
	free(connection->verdict);
	free(connection->host);
	free(connection);
}

void
connection_assign(struct connection *connection, const struct service *service)
{
	connection->service = service;
	count_for_service(connection);
}

/* Begins a phase at `now_ns`. */
static void
enter_at(struct connection *connection, enum phase phase, int64_t now_ns)
{
	tally_leave(connection->tally,
	    atomic_load_explicit(&connection->phase, memory_order_relaxed));
	tally_enter(connection->tally, phase);
	atomic_store_explicit(&connection->phase, phase, memory_order_relaxed);
	atomic_store_explicit(&connection->phase_ns, now_ns, memory_order_relaxed);
}

void
connection_enter(struct connection *connection, enum phase phase)
{
	enter_at(connection, phase, deadline_now_ns());
}

void
connection_kill(struct connection *connection)
{
	atomic_store(&connection->killed, true);
	shutdown(connection->fd, SHUT_RDWR);
}

bool
connection_has_worker(const struct connection *connection)
{
	enum phase phase =
	    atomic_load_explicit(&connection->phase, memory_order_relaxed);

	return phase >= PHASE_HANDSHAKE && phase <= PHASE_CLOSE;
}

bool
connection_is_lingering(const struct connection *connection)
{
	return atomic_load_explicit(&connection->phase, memory_order_relaxed) ==
	       PHASE_LINGER;
}

bool
connection_is_ending(const struct connection *connection)
{
	return connection->step == PHASE_ANSWER && connection->cursor.is_ending;
}

/* Fails as connection_fail() does, with the facts of `session`, which may be NULL. */
static void
fail_with(struct connection *connection, const struct session *session,
    enum failure failure, const char *reason)
{
	if (atomic_load(&connection->killed)) {
		failure = FAILURE_KILLED;
		reason = "by tlsdctl or at shutdown";
	}
	count_for_service(connection);
	tally_fail(connection->tally, failure, connection->shaken_ns != 0);
	record_failure(connection, session, failure, reason);
}

void
connection_fail(struct connection *connection, enum failure failure, const char *reason)
{
	fail_with(connection, connection->session, failure, reason);
}

/* Logs that a connection that was logged as answered has failed, in the handshake or after it.
 * Does nothing if it had failed before. */
static void
recant(struct connection *connection, enum failure failure, bool shaken,
    const char *reason)
{
	if (!connection->unsure)
		return;
	connection->unsure = false;
	tally_fail(connection->tally, failure, shaken);
	record_failure(connection, NULL, failure, reason);
}

void
connection_refused(struct connection *connection, int alert)
{
	char reason[128];

	snprintf(reason, sizeof reason,
	    "the client refused the early answer: %s, sent in plaintext (alert %d)",
	    alert_name((unsigned)alert), alert);
	recant(connection, FAILURE_CLIENT_ALERT, false, reason);
}

void
connection_lost(struct connection *connection, size_t untaken)
{
	char reason[96];

	if (connection->facts != NULL)
		connection->facts->tls.end = SESSION_END_RESET;
	snprintf(reason, sizeof reason,
	    "connection lost before the client had the last %zu bytes", untaken);
	recant(connection, FAILURE_EARLY_CLOSE, true, reason);
}

void
connection_stall(struct connection *connection)
{
	char reason[96];

	/* The kernel must not keep bytes that a stalled client does not take. */
	socket_reset_on_close(connection->fd);
	snprintf(reason, sizeof reason,
	    "the client did not accept the last %zu byte%s in time",
	    connection->untaken, text_plural(connection->untaken));
	recant(connection, FAILURE_WRITE_TIMEOUT, true, reason);
}

static struct deadline
end_of_longest_life(const struct connection *connection)
{
	return deadline_after(
	    connection->accepted_ns, connection->service->conf->max_lifetime_ms);
}

/* Returns when the connection must end: no later than the client's certificate. */
static struct deadline
end_of_life(const struct connection *connection, const struct session *session)
{
	const struct identity *identity = session_identity(session);
	struct deadline end = end_of_longest_life(connection);

	if (identity == NULL)
		return end;
	int64_t left_s = (int64_t)identity->not_after - (int64_t)time(NULL);
	if (left_s > YEAR_S)
		return end;
	/* 0 would mean never */
	return deadline_earlier(end, deadline_in(left_s > 0 ? left_s * 1000 : 1));
}

struct deadline
connection_end_of_handshake(const struct connection *connection)
{
	return deadline_after(
	    connection->accepted_ns, connection->service->conf->handshake_timeout_ms);
}

struct deadline
connection_end_of_waiting(const struct connection *connection)
{
	return connection->session == NULL || connection->step == PHASE_HANDSHAKE
	           ? connection_end_of_handshake(connection)
	           : end_of_longest_life(connection);
}

/* Begins a step, or goes on with it after it was parked. */
static void
enter_step(struct connection *connection, enum phase step, int64_t now_ns)
{
	connection->step = step;
	enter_at(connection, step, now_ns);
}

static void
begin_answer(
    struct connection *connection, struct session *session, struct transport *transport)
{
	connection->shaken_ns = deadline_now_ns();
	enter_step(connection, PHASE_ANSWER, connection->shaken_ns);
	transport_set_deadline(transport, end_of_life(connection, session),
	    connection->service->conf->idle_timeout_ms);
	review_begin(connection, session);
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
	if (connection->cursor.is_cut || !atomic_load(&connection->killed) ||
	    session_failure(session) == FAILURE_NONE)
		return false;
	connection->cursor.is_cut = true;
	return true;
}

/* Runs the handshake, the answer and close_notify, each with its own deadline. Returns false if
 * the connection is parked in one of them. */
static bool
converse(
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

/* Counts the times and the bytes on the wire. */
static void
measure(const struct connection *connection, int64_t now_ns)
{
	struct tally *tally = connection->tally;

	tally_time(tally, STATS_QUEUE, connection->taken_ns - connection->queued_ns);
	if (connection->shaken_ns != 0)
		tally_time(tally, STATS_HANDSHAKE,
		    connection->shaken_ns - connection->taken_ns);
	tally_time(tally, STATS_TOTAL, now_ns - connection->accepted_ns);
	tally_bytes(tally,
	    atomic_load_explicit(&connection->traffic.in, memory_order_relaxed),
	    atomic_load_explicit(&connection->traffic.out, memory_order_relaxed));
}

static void
conclude_failure(struct connection *connection, const struct session *session)
{
	const struct refusal *verdict = atomic_load(&connection->verdict);
	const struct identity *identity = session_identity(session);

	if (verdict != NULL)
		fail_with(connection, session, verdict->failure, verdict->reason);
	else if (identity != NULL && identity->verified &&
		 identity->not_after <= time(NULL))
		fail_with(connection, session, FAILURE_CERT_EXPIRED,
		    "the client's certificate has expired since the handshake");
	else
		fail_with(connection, session, session_failure(session),
		    session_reason(session));
}

/* Keeps the facts of the session for a later log line. If memory is exhausted, that line has
 * fewer. */
static void
keep_facts(struct connection *connection, const struct session *session)
{
	connection->facts = malloc(sizeof *connection->facts);
	if (connection->facts != NULL)
		record_read(session, connection->facts);
}

/* True if tlsd has ended the connection itself, so that the client is not the cause. */
static bool
is_cut(const struct connection *connection)
{
	return atomic_load(&connection->killed) ||
	       atomic_load(&connection->verdict) != NULL;
}

/* Counts and logs the result. A client with an early or a long answer may still fail, so it is
 * counted when its connection is freed. */
static void
conclude(struct connection *connection, const struct session *session, int64_t now_ns)
{
	const bool is_long = connection->traffic.out > CONNECTION_KERNEL_KEEPS;

	if (session_failure(session) != FAILURE_NONE ||
	    (session_is_excused(session) && is_cut(connection))) {
		conclude_failure(connection, session);
		return;
	}
	connection->early = session_is_early(session);
	connection->unsure = connection->early || is_long;
	if (is_long)
		keep_facts(connection, session);
	if (!connection->unsure)
		tally_done(connection->tally);
	record_done(connection, session, now_ns);
}

/* Ends the worker's part (RFC 8446, 6.1). Our close_notify is sent and our side is shut down. A
 * reset must not overtake it, so the descriptor lingers until the client has closed too. */
static void
part(struct connection *connection, const struct transport *transport)
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
	session_set_id(session, connection->id);
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
	connection->cursor.is_cut = atomic_load(&connection->killed);
	return session;
}

/* Keeps the session until its client goes on. Returns 0, or -1 after a failure. */
static int
park(struct connection *connection, struct session *session,
    const struct transport *transport)
{
	if (atomic_load(&connection->killed) && !connection_is_ending(connection))
		return session_fail(session, FAILURE_KILLED, "before it was parked");
	connection->pause = transport_leave(transport);
	if (connection->pause == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	connection->session = session;
	connection->deadline = pause_end(connection->pause);
	return 0;
}

void
connection_serve(struct connection *connection, struct transport *transport)
{
	shortage_forget();
	struct session *session = connection->session != NULL
	                              ? resume_session(connection, transport)
	                              : begin_session(connection, transport);

	if (!connection->service->prompt)
		transport_will_wait(transport);
	if (session == NULL) {
		connection_fail(connection, FAILURE_INTERNAL, "out of memory");
		connection->finished = true;
	} else if (converse(connection, session, transport) ||
		   park(connection, session, transport) < 0) {
		int64_t now_ns = deadline_now_ns();
		measure(connection, now_ns);
		conclude(connection, session, now_ns);
		connection->holds_end = session_holds_end(session);
		session_free(session);
		part(connection, transport);
	}
	if (connection->session == NULL)
		connection_enter(connection, PHASE_LINGER);
}

void
connection_abandon(
    struct connection *connection, enum failure failure, const char *reason)
{
	measure(connection, deadline_now_ns());
	if (session_failure(connection->session) != FAILURE_NONE)
		conclude_failure(connection, connection->session);
	else
		connection_fail(connection, failure, reason);
	socket_reset_on_close(connection->fd);
}
