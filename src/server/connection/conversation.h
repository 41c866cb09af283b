/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_CONVERSATION_H
#define TLSD_SERVER_CONNECTION_CONVERSATION_H

/* The worker's part of a connection. */

struct connection;
struct transport;

/*
 * Serves the connection with blocking calls until it ends or is parked: handshake, answer,
 * close_notify, a line in the log, a count. `transport` belongs to the worker. A parked
 * connection has a session; it must be served again after the event that its pause names, or at
 * its deadline. It is parked if there is nothing to do for it, or to let other connections have
 * the worker. Otherwise either our side is shut down or `holds_end` is set, and the client's
 * bytes can be drained; or `finished` is set.
 */
void conversation_serve(struct connection *connection, struct transport *transport);

#endif
