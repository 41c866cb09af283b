/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking clients again that are being served. */
#include "server/review.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/connection.h"
#include "server/current.h"
#include "server/roster.h"
#include "server/service.h"
#include "server/snapshot.h"
#include "tls/context.h"
#include "tls/evidence.h"
#include "tls/refusal.h"
#include "tls/session.h"

static const struct service *
find_service(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		if (strcmp(snapshot_service(snapshot, i)->name, name) == 0)
			return snapshot_service(snapshot, i);
	return NULL;
}

/* The first verdict stays. Without memory for its words it is carried out all the same. */
static void
convict(struct connection *connection, const struct refusal *refusal)
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

static void
check(struct connection *connection, const struct snapshot *snapshot)
{
	const struct evidence *evidence = atomic_load(&connection->evidence);
	struct refusal refusal;

	if (evidence == NULL)
		return;
	const struct service *service =
	    find_service(snapshot, connection->service->name);
	if (service != NULL && service->context != NULL &&
	    !context_accepts(service->context, evidence, &refusal))
		convict(connection, &refusal);
}

void
review_all(const struct roster *roster, const struct snapshot *snapshot)
{
	for (struct connection *connection = roster_first(roster); connection != NULL;
	     connection = roster_next(connection))
		if (connection_has_worker(connection))
			check(connection, snapshot);
}

void
review_begin(struct connection *connection, const struct session *session)
{
	struct evidence *evidence = session_evidence(session);
	struct refusal refusal;

	if (evidence == NULL) { /* nobody could end it later */
		refusal_set(&refusal, FAILURE_INTERNAL, 0, "out of memory");
		convict(connection, &refusal);
		return;
	}
	/* In this order, for the main thread makes its new snapshot the current one
	 * before it looks at the evidence: one of the two sees the other. */
	atomic_store(&connection->evidence, evidence);
	struct snapshot *current = current_take(roster_current(connection->roster));
	if (current != connection->snapshot)
		check(connection, current);
	snapshot_drop(current);
}
