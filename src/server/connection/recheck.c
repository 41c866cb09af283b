/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rechecking clients that are being served. */
#include "server/connection/recheck.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server/connection/connection.h"
#include "server/snapshot/current.h"
#include "server/connection/connectiontable.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "tls/clientauth/clientchain.h"
#include "tls/session/context.h"
#include "tls/clientauth/peercert.h"
#include "tls/clientauth/refusal.h"
#include "tls/session/session.h"

/* Shuts the connection down. Keeps the first reason, if there is memory for it. */
static void
revoke_connection(struct connection *connection, const struct refusal *refusal)
{
	struct refusal *verdict = malloc(sizeof *verdict);
	struct refusal *none = NULL;

	if (verdict != NULL) {
		*verdict = *refusal;
		if (!atomic_compare_exchange_strong(
			&connection->verdict, &none, verdict))
			free(verdict);
	}
	shutdown(connection->fd, SHUT_RDWR);
}

/* Returns the service that the client would get if it connected now, or NULL. */
static const struct service *
find_present(const struct connection *connection, const struct peercert *peercert,
    const struct snapshot *snapshot)
{
	const struct route *route =
	    snapshot_find_route(snapshot, route_address(connection->route));
	const struct service *service;

	if (route == NULL ||
	    route_find(route, peercert_hello(peercert), &service) != FAILURE_NONE)
		return NULL;
	return service;
}

static bool
service_accepts(const struct service *service, const struct peercert *peercert,
    struct refusal *refusal)
{
	return service == NULL || context_accepts(service->context, peercert, refusal);
}

/* True if the client has neither certificate nor pre-shared key, or if a service remains that can
 * check it. Without its service, a later revocation would go unnoticed. */
static bool
is_vouched_for(const struct peercert *peercert, const struct service *namesake,
    const struct service *present, struct refusal *refusal)
{
	return !peercert_is_named(peercert) || namesake != NULL ||
	       (present != NULL && context_checks(present->context, peercert)) ||
	       refusal_set(refusal, FAILURE_NOT_ALLOWED, 0,
		   "its service was removed, and no other checks the client");
}

/* Checks a client by the service that serves it, and by the service that it would get now. */
static void
check_connection(struct connection *connection, const struct snapshot *snapshot)
{
	const struct peercert *peercert = atomic_load(&connection->peercert);
	struct refusal refusal;

	if (peercert == NULL)
		return;
	const struct service *namesake =
	    snapshot_find(snapshot, connection->service->name);
	const struct service *present = find_present(connection, peercert, snapshot);
	if (!service_accepts(namesake, peercert, &refusal) ||
	    !service_accepts(present, peercert, &refusal) ||
	    !is_vouched_for(peercert, namesake, present, &refusal))
		revoke_connection(connection, &refusal);
}

void
recheck_all(const struct connectiontable *table, const struct snapshot *snapshot)
{
	for (struct connectiontable_entry *entry = connectiontable_first(table);
	     entry != NULL; entry = connectiontable_next(entry))
		if (!connection_is_lingering(entry->connection))
			check_connection(entry->connection, snapshot);
}

void
recheck_begin(struct connection *connection, struct session *session)
{
	struct peercert *peercert = session_peercert(session);

	if (peercert == NULL) { /* recheck_all() could not end it later */
		session_fail(session, FAILURE_INTERNAL, "out of memory");
		return;
	}
	/* The order matters: the main thread puts its new snapshot into force before it reads the
	 * certificates. So one of the two threads sees the other's store. */
	atomic_store(&connection->peercert, peercert);
	struct snapshot *current = current_take(connection->shared->current);
	if (current != connection->snapshot)
		check_connection(connection, current);
	snapshot_drop(current);
}
