/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_OUTCOME_H
#define TLSD_SERVER_CONNECTION_OUTCOME_H

/* How a connection has ended: its place in the counters, and its line in the access log. Called by
 * the holder of the connection. */

#include <stddef.h>

#include "base/failure.h"

struct connection;
struct session;

/* Counts and logs the end of `session`, with the times of its phases. A client with an early or a
 * long answer may still fail: it is counted as answered when its connection is freed. */
void outcome_conclude(struct connection *connection, const struct session *session);

/* Counts and logs the end of a connection with a session. The caller closes it next. */
void outcome_abandon(
    struct connection *connection, enum failure failure, const char *reason);

/* Counts and logs an alert, by its number, that came instead of the end of a handshake after an
 * early answer. */
void outcome_refused(struct connection *connection, int alert);

/* Counts and logs that the client reset the connection before its system had taken the last
 * `untaken` bytes of the answer. */
void outcome_lost(struct connection *connection, size_t untaken);

/* Counts and logs that the client stopped taking its answer while the kernel had the rest of it.
 * Closing the descriptor will reset the connection. */
void outcome_stall(struct connection *connection);

/* Counts and logs a failure from before a worker had the connection. */
void outcome_fail(
    struct connection *connection, enum failure failure, const char *reason);

/* Counts and logs a failure from before a worker had the connection. Frees the connection, which
 * must not be in a list or in the loop. Main thread. */
void outcome_refuse(
    struct connection *connection, enum failure failure, const char *reason);

#endif
