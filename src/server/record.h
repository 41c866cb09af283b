/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_RECORD_H
#define TLSD_SERVER_RECORD_H

/*
 * What the log says of a connection: one line when it was answered, one when it failed, each
 * with its id. Whoever holds the connection.
 */

#include <stdint.h>

#include "base/failure.h"

struct connection;
struct session;

/* Logs that it was answered, over at `now_ns`. */
void record_done(
    const struct connection *connection, const struct session *session, int64_t now_ns);

/* Logs that it has failed, or counts that among many. */
void record_failure(
    const struct connection *connection, enum failure failure, const char *reason);

#endif
