/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log lines of a connection. */
#include "server/record.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/address.h"
#include "server/conf.h"
#include "server/connection.h"
#include "server/repeats.h"
#include "server/roster.h"
#include "server/service.h"
#include "server/snapshot.h"
#include "tls/identity.h"
#include "tls/session.h"

#define NS_PER_MS 1e6

enum log_level
record_level(enum failure failure)
{
	if (failure == FAILURE_INTERNAL)
		return LOG_LEVEL_ERROR;
	return failure_is_hostile(failure) ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO;
}

/* Only the server's own faults are logged even without access-log. */
static bool
is_wanted(const struct connection *connection, enum failure failure)
{
	if (!log_wants(record_level(failure)))
		return false;
	return failure == FAILURE_INTERNAL ||
	       snapshot_conf(connection->snapshot)->process.access_log;
}

void
record_failure(
    const struct connection *connection, enum failure failure, const char *reason)
{
	const char *service = connection->service->name;
	char peer[ADDRESS_TEXT_SIZE];

	if (!is_wanted(connection, failure) ||
	    !repeats_admit(roster_repeats(connection->roster), service, failure,
		&connection->peer))
		return;
	log_at(record_level(failure), "%s: %s: %s: %s id=%" PRIu64,
	    address_format(&connection->peer, peer), service, failure_name(failure),
	    reason, connection->id);
}

void
record_done(
    const struct connection *connection, const struct session *session, int64_t now_ns)
{
	char peer[ADDRESS_TEXT_SIZE];
	char client[IDENTITY_WORD_SIZE];
	struct session_facts facts;

	if (!is_wanted(connection, FAILURE_NONE))
		return;
	session_facts(session, &facts);
	log_info("%s: %s: done %s %s %s sni=%s alpn=%s resumed=%s early=%s client=%s "
		 "in=%" PRIu64 " out=%" PRIu64
		 " queue=%.1fms handshake=%.1fms total=%.1fms id=%" PRIu64,
	    address_format(&connection->peer, peer), connection->service->name,
	    facts.version, facts.cipher, facts.group, facts.sni, facts.alpn,
	    facts.resumed ? "yes" : "no", facts.early ? "yes" : "no",
	    identity_word(session_identity(session), client), facts.bytes_in,
	    facts.bytes_out,
	    (double)(connection->taken_ns - connection->queued_ns) / NS_PER_MS,
	    (double)(connection->shaken_ns - connection->taken_ns) / NS_PER_MS,
	    (double)(now_ns - connection->accepted_ns) / NS_PER_MS, connection->id);
}
