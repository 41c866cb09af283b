/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection, from its acceptance to its end. */
#include "server/connection/connection.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/limits/limits.h"
#include "server/connection/connectiontable.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"
#include "tls/clientauth/peercert.h"
#include "tls/session/session.h"

/* Returns the tally of all clients, or NULL if this one is a monitor of the server itself. */
static struct tally *
clients_of(const struct connection *connection)
{
	const struct responder *responder = connection->service->responder;

	/* A service that on-bad-cert has left out has no responder. */
	if (responder != NULL && responder_tells_of_server(responder))
		return NULL;
	return stats_clients(connection->shared->stats);
}

void
connection_count_accepted(struct connection *connection)
{
	struct stats *stats = connection->shared->stats;
	struct tally *clients = clients_of(connection);
	enum phase phase =
	    atomic_load_explicit(&connection->phase, memory_order_relaxed);

	if (connection->tally != stats_unrouted(stats))
		return;
	connection->tally = stats_tally(stats, connection->service->name);
	tally_accept(connection->tally);
	if (clients != NULL)
		tally_accept(clients);
	tally_enter(connection->tally, phase);
	tally_leave(stats_unrouted(stats), phase);
}

struct connection *
connection_new(int fd, const struct address *peer, struct snapshot *snapshot,
    const struct route *route, const struct connection_shared *shared)
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
		.tally = stats_unrouted(shared->stats),
		.shared = shared,
		.peer = *peer };
	connectiontable_add(shared->table, &connection->entry, connection);
	tally_enter(connection->tally, PHASE_HELLO);
	if (route_only(route) != NULL)
		connection_count_accepted(connection);
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
		connection_count_done(connection);
	tally_leave(connection->tally, connection->phase);
	connectiontable_remove(connection->shared->table, &connection->entry);
	connection_give_worker(connection);
	if (connection->gate != NULL)
		limits_leave(connection->gate, &connection->peer);
	if (connection->process_gate != NULL)
		limits_leave(connection->process_gate, &connection->peer);
	snapshot_drop(connection->snapshot);
	peercert_free(connection->peercert);
	free(connection->facts);
	free(connection->client);
	free(connection->verdict);
	free(connection->host);
	free(connection);
}

void
connection_count_done(struct connection *connection)
{
	struct tally *clients = clients_of(connection);

	tally_done(connection->tally);
	if (clients != NULL)
		tally_done(clients);
}

void
connection_count_failure(
    struct connection *connection, enum failure failure, bool shaken)
{
	struct tally *clients = clients_of(connection);

	tally_fail(connection->tally, failure, shaken);
	if (clients != NULL)
		tally_fail(clients, failure, shaken);
}

void
connection_assign(struct connection *connection, const struct service *service)
{
	connection->service = service;
	connection_count_accepted(connection);
}

void
connection_enter_at(struct connection *connection, enum phase phase, int64_t now_ns)
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
	connection_enter_at(connection, phase, deadline_now_ns());
}

bool
connection_take_worker(struct connection *connection)
{
	if (!connection->counts_worker)
		connection->counts_worker = limits_take_worker(connection->gate);
	return connection->counts_worker;
}

void
connection_give_worker(struct connection *connection)
{
	if (connection->counts_worker)
		limits_give_worker(connection->gate);
	connection->counts_worker = false;
}

void
connection_kill(struct connection *connection, const char *reason)
{
	if (atomic_load(&connection->killed) == NULL)
		atomic_store(&connection->killed, reason);
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

struct deadline
connection_end_of_life(const struct connection *connection)
{
	return deadline_after(
	    connection->accepted_ns, connection->service->conf->max_lifetime_ms);
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
	           : connection_end_of_life(connection);
}
