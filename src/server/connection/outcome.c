/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters and the log line of a connection that ends. */
#include "server/connection/outcome.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alert.h"
#include "base/net/socket.h"
#include "base/text/text.h"
#include "server/connection/connection.h"
#include "server/connection/accesslog.h"
#include "server/connection/stats.h"
#include "tls/x509/identity.h"
#include "tls/clientauth/refusal.h"
#include "tls/session/closure.h"
#include "tls/session/session.h"

/* Fails as outcome_fail() does, with the facts of `session`, which may be NULL. */
static void
fail_with_facts(struct connection *connection, const struct session *session,
    enum failure failure, const char *reason)
{
	const char *killed = atomic_load(&connection->killed);

	if (killed != NULL) {
		failure = FAILURE_KILLED;
		reason = killed;
	}
	connection_count_accepted(connection);
	connection_count_failure(connection, failure, connection->shaken_ns != 0);
	accesslog_failure(connection, session, failure, reason);
}

void
outcome_fail(struct connection *connection, enum failure failure, const char *reason)
{
	fail_with_facts(connection, connection->session, failure, reason);
}

void
outcome_refuse(struct connection *connection, enum failure failure, const char *reason)
{
	outcome_fail(connection, failure, reason);
	connection_free(connection);
}

/* Logs that a connection that was logged as answered has failed, in the handshake or after it.
 * Does nothing if it had failed before. */
static void
retract_answered(struct connection *connection, enum failure failure, bool shaken,
    const char *reason)
{
	if (!connection->unsure)
		return;
	connection->unsure = false;
	connection_count_failure(connection, failure, shaken);
	accesslog_failure(connection, NULL, failure, reason);
}

void
outcome_refused(struct connection *connection, int alert)
{
	char reason[128];

	snprintf(reason, sizeof reason,
	    "the client refused the early answer: %s, sent in plaintext (alert %d)",
	    alert_name((unsigned)alert), alert);
	retract_answered(connection, FAILURE_CLIENT_ALERT, false, reason);
}

void
outcome_lost(struct connection *connection, size_t untaken)
{
	char reason[96];

	if (connection->facts != NULL)
		connection->facts->tls.end = SESSION_END_RESET;
	snprintf(reason, sizeof reason,
	    "connection lost before the client had the last %zu bytes", untaken);
	retract_answered(connection, FAILURE_EARLY_CLOSE, true, reason);
}

void
outcome_stall(struct connection *connection)
{
	char reason[96];

	/* The kernel must not keep bytes that a stalled client does not take. */
	socket_reset_on_close(connection->fd);
	snprintf(reason, sizeof reason,
	    "the client did not accept the last %zu byte%s in time",
	    connection->untaken, text_plural(connection->untaken));
	retract_answered(connection, FAILURE_WRITE_TIMEOUT, true, reason);
}

/* Counts the times and the bytes on the wire. */
static void
count_times_and_bytes(const struct connection *connection, int64_t now_ns)
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
		fail_with_facts(connection, session, verdict->failure, verdict->reason);
	else if (identity != NULL && identity->verified &&
		 identity->not_after <= time(NULL))
		fail_with_facts(connection, session, FAILURE_CERT_EXPIRED,
		    "the client's certificate has expired since the handshake");
	else
		fail_with_facts(connection, session, session_failure(session),
		    session_reason(session));
}

/* Keeps the facts of the session for a later log line. If memory is exhausted, that line has
 * fewer. */
static void
keep_facts(struct connection *connection, const struct session *session)
{
	connection->facts = malloc(sizeof *connection->facts);
	if (connection->facts != NULL)
		accesslog_read(session, connection->facts);
}

/* True if tlsd has ended the connection itself, so that the client is not the cause. */
static bool
is_cut(const struct connection *connection)
{
	return atomic_load(&connection->killed) != NULL ||
	       atomic_load(&connection->verdict) != NULL;
}

void
outcome_conclude(struct connection *connection, const struct session *session)
{
	const int64_t now_ns = deadline_now_ns();
	const bool is_long = connection->traffic.out > CONNECTION_KERNEL_KEEPS;

	count_times_and_bytes(connection, now_ns);
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
		connection_count_done(connection);
	accesslog_done(connection, session, now_ns);
}

void
outcome_abandon(struct connection *connection, enum failure failure, const char *reason)
{
	count_times_and_bytes(connection, deadline_now_ns());
	if (session_failure(connection->session) != FAILURE_NONE)
		conclude_failure(connection, connection->session);
	else
		outcome_fail(connection, failure, reason);
	socket_reset_on_close(connection->fd);
}
