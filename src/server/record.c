/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log lines of a connection. */
#include "server/record.h"

#include <stdbool.h>

#include "base/address.h"
#include "base/log.h"
#include "server/conf.h"
#include "server/connection.h"
#include "server/repeats.h"
#include "server/roster.h"
#include "server/service.h"
#include "server/snapshot.h"
#include "server/verbosity.h"
#include "tls/identity.h"
#include "tls/session.h"

#define NS_PER_MS 1e6

#define FIELD(key, where, type, member, value)                                    \
	{                                                                         \
		.name = (key), .look = LOG_LOOK_##where, .kind = LOG_KIND_##type, \
		.member = (value)                                                 \
	}
#define SUBJECT(key, value) FIELD(key, SUBJECT, TEXT, text, value)
#define WORD(key, value) FIELD(key, WORD, TEXT, text, value)
#define NAMED(key, value) FIELD(key, NAMED, TEXT, text, value)
#define NUMBER(key, value) FIELD(key, NAMED, NUMBER, number, value)
#define TRUTH(key, value) FIELD(key, NAMED, TRUTH, truth, value)
#define TIME(key, ns) FIELD(key, NAMED, MS, ms, (double)(ns) / NS_PER_MS)

/* Whether it has a line, and of which level. Only the server's own faults have one even
 * without access-log. */
static bool
is_wanted(
    const struct connection *connection, enum failure failure, enum log_level *level)
{
	const struct snapshot *snapshot = connection->snapshot;

	return verbosity_level(snapshot_verbosity(snapshot), failure, level) &&
	       log_wants(*level) &&
	       (failure == FAILURE_INTERNAL ||
		   snapshot_conf(snapshot)->process.access_log);
}

void
record_failure(
    const struct connection *connection, enum failure failure, const char *reason)
{
	const char *service = connection->service->name;
	char peer[ADDRESS_TEXT_SIZE];
	enum log_level level;

	if (!is_wanted(connection, failure, &level) ||
	    !repeats_admit(roster_repeats(connection->roster), service, failure, level,
		&connection->peer))
		return;
	const struct log_field fields[] = {
		SUBJECT("peer", address_format(&connection->peer, peer)),
		SUBJECT("service", service),
		SUBJECT("result", failure_name(failure)),
		WORD("reason", reason),
		NUMBER("id", connection->id),
	};
	log_fields(level, fields, sizeof fields / sizeof fields[0]);
}

void
record_done(
    const struct connection *connection, const struct session *session, int64_t now_ns)
{
	char peer[ADDRESS_TEXT_SIZE];
	char client[IDENTITY_WORD_SIZE];
	struct session_facts facts;
	enum log_level level;

	if (!is_wanted(connection, FAILURE_NONE, &level))
		return;
	session_facts(session, &facts);
	const struct log_field fields[] = {
		SUBJECT("peer", address_format(&connection->peer, peer)),
		SUBJECT("service", connection->service->name),
		WORD("result", "done"),
		WORD("version", facts.version),
		WORD("cipher", facts.cipher),
		WORD("group", facts.group),
		NAMED("sni", facts.sni),
		NAMED("alpn", facts.alpn),
		TRUTH("resumed", facts.resumed),
		TRUTH("early", facts.early),
		NAMED("client", identity_word(session_identity(session), client)),
		NUMBER("in", facts.bytes_in),
		NUMBER("out", facts.bytes_out),
		TIME("queue", connection->taken_ns - connection->queued_ns),
		TIME("handshake", connection->shaken_ns - connection->taken_ns),
		TIME("total", now_ns - connection->accepted_ns),
		NUMBER("id", connection->id),
	};
	log_fields(level, fields, sizeof fields / sizeof fields[0]);
}
