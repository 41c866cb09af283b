/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The access log. */
#include "server/connection/accesslog.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/net/address.h"
#include "base/log/log.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/limits/loglimit.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/verbosity.h"
#include "tls/x509/identity.h"
#include "tls/session/session.h"

#define NS_PER_MS 1e6
#define FIELDS 20 /* the most fields of a line */

#define FIELD(key, where, type, member, value) \
	((struct log_field){ .name = (key),    \
	    .look = LOG_LOOK_##where,          \
	    .kind = LOG_KIND_##type,           \
	    .member = (value) })
#define SUBJECT(key, value) FIELD(key, SUBJECT, TEXT, text, value)
#define WORD(key, value) FIELD(key, WORD, TEXT, text, value)
#define NAMED(key, value) FIELD(key, NAMED, TEXT, text, value)
#define NUMBER(key, value) FIELD(key, NAMED, NUMBER, number, value)
#define TRUTH(key, value) FIELD(key, NAMED, TRUTH, truth, value)
#define TIME(key, ns) FIELD(key, NAMED, MS, ms, (double)(ns) / NS_PER_MS)

/* True if the connection has a line, and sets its level. Without access-log, only the server's
 * own faults have lines. */
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

static const char *
end_name(enum session_end end)
{
	switch (end) {
	case SESSION_END_NOTIFY:
		return "notify";
	case SESSION_END_FIN:
		return "fin";
	case SESSION_END_RESET:
		return "reset";
	default:
		return "-";
	}
}

/* A line to which fields are added. */
struct line {
	struct log_field fields[FIELDS];
	size_t count;
	char peer[ADDRESS_TEXT_SIZE];
};

static void
add_field(struct line *line, struct log_field field)
{
	line->fields[line->count++] = field;
}

static void
add_field_with_look(struct line *line, enum log_look look, struct log_field field)
{
	field.look = look;
	add_field(line, field);
}

static void
add_subject(struct line *line, const struct connection *connection)
{
	add_field(line, SUBJECT("peer", address_format(&connection->peer, line->peer)));
	add_field(line, SUBJECT("service", connection->service->name));
}

static void
add_host(struct line *line, const struct connection *connection)
{
	add_field(
	    line, NAMED("sni", connection->host != NULL ? connection->host : "-"));
}

/* Adds the results of a completed handshake. `look` is for the first three fields. */
static void
add_agreement(struct line *line, const struct connection *connection,
    const struct session_facts *tls, enum log_look look)
{
	add_field_with_look(line, look, NAMED("version", tls->version));
	add_field_with_look(line, look, NAMED("cipher", tls->cipher));
	add_field_with_look(line, look, NAMED("group", tls->group));
	add_host(line, connection);
	add_field(line, NAMED("alpn", tls->alpn));
	add_field(line, TRUTH("resumed", tls->resumed));
	add_field(line, TRUTH("early", tls->early));
}

/* Adds the client's identity, the byte counts and how the connection ended. */
static void
add_exchange(struct line *line, const struct accesslog_facts *facts)
{
	add_field(line, NAMED("client", facts->client));
	add_field(line, NUMBER("in", facts->tls.bytes_in));
	add_field(line, NUMBER("out", facts->tls.bytes_out));
	add_field(line, NAMED("end", end_name(facts->tls.end)));
}

/* Adds the times of the phases that the connection has reached, and its id. */
static void
add_times(struct line *line, const struct connection *connection, int64_t now_ns)
{
	const int64_t taken_ns =
	    connection->taken_ns != 0 ? connection->taken_ns : now_ns;

	if (connection->queued_ns != 0)
		add_field(line, TIME("queue", taken_ns - connection->queued_ns));
	if (connection->shaken_ns != 0)
		add_field(line,
		    TIME("handshake", connection->shaken_ns - connection->taken_ns));
	add_field(line, TIME("total", now_ns - connection->accepted_ns));
	add_field(line, NUMBER("id", connection->entry.id));
}

void
accesslog_read(const struct session *session, struct accesslog_facts *facts)
{
	session_facts(session, &facts->tls);
	identity_word(session_identity(session), facts->client);
}

/* Adds all that is known of a failed connection; `facts` may be NULL. */
static void
add_known(struct line *line, const struct connection *connection,
    const struct accesslog_facts *facts)
{
	if (facts != NULL && connection->shaken_ns != 0)
		add_agreement(line, connection, &facts->tls, LOG_LOOK_NAMED);
	else if (facts != NULL || connection->host != NULL)
		add_host(line, connection);
	if (facts != NULL)
		add_exchange(line, facts);
	add_times(line, connection, deadline_now_ns());
}

void
accesslog_failure(const struct connection *connection, const struct session *session,
    enum failure failure, const char *reason)
{
	struct line line = { .count = 0 };
	struct accesslog_facts facts;
	enum log_level level;

	if (!is_wanted(connection, failure, &level) ||
	    !loglimit_admit(connection->shared->loglimit, connection->service->name,
		failure, level, &connection->peer))
		return;
	if (session != NULL)
		accesslog_read(session, &facts);
	add_subject(&line, connection);
	add_field(&line, SUBJECT("result", failure_name(failure)));
	add_field(&line, WORD("reason", reason));
	add_known(&line, connection, session != NULL ? &facts : connection->facts);
	log_fields(level, line.fields, line.count);
}

void
accesslog_done(
    const struct connection *connection, const struct session *session, int64_t now_ns)
{
	struct line line = { .count = 0 };
	struct accesslog_facts facts;
	enum log_level level;

	if (!is_wanted(connection, FAILURE_NONE, &level))
		return;
	accesslog_read(session, &facts);
	add_subject(&line, connection);
	add_field(&line, WORD("result", "done"));
	add_agreement(&line, connection, &facts.tls, LOG_LOOK_WORD);
	add_exchange(&line, &facts);
	add_times(&line, connection, now_ns);
	log_fields(level, line.fields, line.count);
}
