/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection, and how a worker serves it. */
#include "server/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alert.h"
#include "base/log.h"
#include "responders/responder.h"
#include "server/conf.h"
#include "server/limits.h"
#include "server/snapshot.h"
#include "server/stats.h"
#include "tls/identity.h"
#include "tls/session.h"
#include "tls/transport.h"

#define NS_PER_MS 1e6

struct connection *
connection_new(int fd, const struct address *peer, struct snapshot *snapshot,
    const struct service *service, struct stats *stats)
{
	struct connection *connection = malloc(sizeof *connection);

	if (connection == NULL) {
		close(fd);
		return NULL;
	}
	*connection = (struct connection){ .fd = fd,
		.accepted_ns = deadline_now_ns(),
		.snapshot = snapshot_take(snapshot),
		.service = service,
		.stats = stats,
		.peer = *peer };
	return connection;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	close(connection->fd);
	if (connection->gate != NULL)
		limits_leave(connection->limits, connection->gate, &connection->peer);
	snapshot_drop(connection->snapshot);
	free(connection);
}

static bool
is_logged(const struct connection *connection)
{
	return log_wants(LOG_LEVEL_INFO) &&
	       snapshot_conf(connection->snapshot)->process.access_log;
}

static void
log_failure(
    const struct connection *connection, enum failure failure, const char *reason)
{
	char peer[ADDRESS_TEXT_SIZE];

	if (failure == FAILURE_INTERNAL)
		log_error("%s: %s: %s: %s", address_format(&connection->peer, peer),
		    connection->service->name, failure_name(failure), reason);
	else if (is_logged(connection))
		log_info("%s: %s: %s: %s", address_format(&connection->peer, peer),
		    connection->service->name, failure_name(failure), reason);
}

void
connection_fail(struct connection *connection, enum failure failure, const char *reason)
{
	stats_count(connection->stats, failure);
	log_failure(connection, failure, reason);
}

void
connection_refused(struct connection *connection, int alert)
{
	char reason[128];

	stats_recount(connection->stats, FAILURE_CLIENT_ALERT);
	snprintf(reason, sizeof reason,
	    "the client refused the early answer: %s, said in plaintext (alert %d)",
	    alert_name((unsigned)alert), alert);
	log_failure(connection, FAILURE_CLIENT_ALERT, reason);
}

/* When the parts of a connection's life began. */
struct times {
	int64_t taken_ns, shaken_ns;
};

static void
log_done(const struct connection *connection, const struct session *session,
    const struct times *times)
{
	char peer[ADDRESS_TEXT_SIZE];
	char client[IDENTITY_WORD_SIZE];
	struct session_facts facts;
	int64_t now_ns = deadline_now_ns();

	session_facts(session, &facts);
	log_info("%s: %s: done %s %s %s sni=%s alpn=%s resumed=%s early=%s client=%s "
	         "in=%llu "
		 "out=%llu queue=%.1fms handshake=%.1fms total=%.1fms",
	    address_format(&connection->peer, peer), connection->service->name,
	    facts.version, facts.cipher, facts.group, facts.sni, facts.alpn,
	    facts.resumed ? "yes" : "no", facts.early ? "yes" : "no",
	    identity_word(session_identity(session), client),
	    (unsigned long long)facts.bytes_in, (unsigned long long)facts.bytes_out,
	    (double)(times->taken_ns - connection->queued_ns) / NS_PER_MS,
	    (double)(times->shaken_ns - times->taken_ns) / NS_PER_MS,
	    (double)(now_ns - connection->accepted_ns) / NS_PER_MS);
}

/* Handshake, answer, close_notify; each phase with a deadline of its own. */
static void
converse(struct connection *connection, struct session *session,
    struct transport *transport, struct times *times)
{
	const struct conf_service *conf = connection->service->conf;

	if (session_handshake(session) == 0) {
		times->shaken_ns = deadline_now_ns();
		transport_set_deadline(transport,
		    deadline_after(connection->accepted_ns, conf->max_lifetime_ms),
		    conf->idle_timeout_ms);
		responder_answer(connection->service->responder, session);
	}
	session_finish(session);
}

/* Counts and logs how it went. */
static void
conclude(struct connection *connection, const struct session *session,
    const struct times *times)
{
	if (session_failure(session) != FAILURE_NONE) {
		connection_fail(
		    connection, session_failure(session), session_reason(session));
		return;
	}
	connection->early = session_is_early(session);
	stats_count(connection->stats, FAILURE_NONE);
	if (is_logged(connection))
		log_done(connection, session, times);
}

/* A client that stands still must not keep the kernel busy with what it does not take. */
static void
reset_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* RFC 8446, 6.1: our close_notify is out and our side is shut down; a reset must not
 * overtake it, so the descriptor lingers until the client has closed too. */
static void
part(struct connection *connection, const struct transport *transport)
{
	connection->finished = transport->failure != TRANSPORT_FINE;
	if (transport->failure == TRANSPORT_TIMED_OUT_WRITING ||
	    transport->failure == TRANSPORT_TIMED_OUT_READING)
		reset_on_close(connection->fd);
}

void
connection_serve(struct connection *connection, struct transport *transport)
{
	const struct service *service = connection->service;
	struct times times = { .taken_ns = deadline_now_ns() };
	bool sliced = address_family(&connection->peer) != AF_UNIX;

	transport_attach(transport, connection->fd, sliced);
	transport_set_deadline(transport,
	    deadline_after(
		connection->accepted_ns, service->conf->handshake_timeout_ms),
	    0);
	struct session *session = session_new(service->context, transport,
	    service->early ? SESSION_EARLY : SESSION_COMPLETE);
	if (session == NULL) {
		connection_fail(connection, FAILURE_INTERNAL, "out of memory");
		connection->finished = true;
		return;
	}
	converse(connection, session, transport, &times);
	conclude(connection, session, &times);
	session_free(session);
	part(connection, transport);
}
