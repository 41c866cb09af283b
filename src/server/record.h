/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_RECORD_H
#define TLSD_SERVER_RECORD_H

/*
 * What the log says of a connection: one line when it was answered, one when it failed, each
 * with its id. Whoever holds the connection.
 */

#include <stdint.h>

#include "base/failure.h"
#include "tls/identity.h"
#include "tls/session.h"

struct connection;

/* Facts of a session. They outlive the session, except for `tls.sni`, which is not used. */
struct record_facts {
	struct session_facts tls;
	char client[IDENTITY_WORD_SIZE]; /* "-" without a certificate */
};

/* Fills in `facts` from `session`. */
void record_read(const struct session *session, struct record_facts *facts);

/* Logs that it was answered, over at `now_ns`. */
void record_done(
    const struct connection *connection, const struct session *session, int64_t now_ns);

/* Logs that it has failed, with all that is known of it, or counts that among many. Without its
 * `session`, which may be NULL, that is what the connection has kept of it. */
void record_failure(const struct connection *connection, const struct session *session,
    enum failure failure, const char *reason);

#endif
