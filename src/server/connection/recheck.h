/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_RECHECK_H
#define TLSD_SERVER_CONNECTION_RECHECK_H

/*
 * Rechecks clients that are being served when the rules change. A client that the new rules do
 * not admit is shut down, which its worker notices. Two services judge a client. One has the name
 * of the client's own service. The other is the one that it would get if it connected now, at the
 * same address and for the same host. A client without a certificate, even if none was asked for,
 * is refused where one is required. A client with a certificate whose service is gone is only
 * accepted if the other service asks for one. Other clients stay until they end.
 */

struct connection;
struct connectiontable;
struct session;
struct snapshot;

/* Checks the clients that have finished the handshake and are not served yet to the end, whether a
 * worker has them or they wait, against the services of `snapshot`. Main thread. */
void recheck_all(const struct connectiontable *table, const struct snapshot *snapshot);

/*
 * Publishes the certificates of a client whose `session` has just begun. Checks them if there has
 * been a reload since the connection was accepted. The session fails if memory is exhausted.
 * Called by the connection's worker.
 */
void recheck_begin(struct connection *connection, struct session *session);

#endif
