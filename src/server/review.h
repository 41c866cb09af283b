/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REVIEW_H
#define TLSD_SERVER_REVIEW_H

/*
 * Clients that are being served when the rules change: who would not be let in by the new ones
 * is shut down, which the worker notices. Two services judge a client: that of the same name
 * as its own, and that which it would get if it called now, at the same address and for the
 * same host. A client that gave no certificate, even if none was asked for, does not pass where
 * one is required. One that gave a certificate whose service is gone passes only where another
 * asks for it; others stay until they end.
 */

struct connection;
struct roster;
struct session;
struct snapshot;

/* Checks all whose handshake is done by the services of `snapshot`. Main thread. */
void review_all(const struct roster *roster, const struct snapshot *snapshot);

/*
 * Makes the certificate of a client, whose `session` has just begun, known, and checks it
 * if there has been a reload since it was accepted. The session fails if there is no memory
 * for that. The connection's worker.
 */
void review_begin(struct connection *connection, struct session *session);

#endif
