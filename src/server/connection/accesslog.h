/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_ACCESSLOG_H
#define TLSD_SERVER_CONNECTION_ACCESSLOG_H

/* The access log: one line for an answered connection, one for a failed one, each with the
 * connection's id. Called by the holder of the connection. */

#include <stdint.h>

#include "base/failure.h"
#include "tls/x509/identity.h"
#include "tls/session/session.h"

struct connection;

/* Facts of a session. They outlive the session, except for `tls.sni`, which is not used. */
struct accesslog_facts {
	struct session_facts tls;
	char client[IDENTITY_WORD_SIZE]; /* "-" without a certificate */
};

/* Fills in `facts` from `session`. */
void accesslog_read(const struct session *session, struct accesslog_facts *facts);

/* Logs that the connection was answered and ended at `now_ns`. */
void accesslog_done(
    const struct connection *connection, const struct session *session, int64_t now_ns);

/* Logs a failure with all that is known of the connection, or counts it among repeated ones.
 * `session` may be NULL; then the line has the facts that the connection has kept. */
void accesslog_failure(const struct connection *connection,
    const struct session *session, enum failure failure, const char *reason);

#endif
