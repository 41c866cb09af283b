/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_ENTRY_H
#define TLSD_SERVER_ACCEPT_ENTRY_H

/*
 * Admits clients, and finds their services. The limits of the process are checked once the
 * client's address is known, those of a service once the service is known. That is at once if a
 * listener has one service for all clients, and after the ClientHello otherwise. Main thread.
 */

#include "base/failure.h"

struct clienthello;
struct connection;
struct limits;

/*
 * Begins with an accepted connection. If no PROXY header is due, its address is known, and it is
 * greeted. If one is due, a peer that is not among the proxies is refused. Returns as
 * entry_greet() does.
 */
enum failure entry_meet(
    struct limits *limits, struct connection *connection, const char **reason);

/* Checks the limits for a connection whose client is known. Returns FAILURE_NONE, or the failure
 * with `*reason` pointing at a constant. */
enum failure entry_greet(
    struct limits *limits, struct connection *connection, const char **reason);

/* Finds the service for the hello of the connection, which is final from then on, and checks its
 * limits. Returns as entry_greet() does. */
enum failure entry_route(struct limits *limits, struct connection *connection,
    const struct clienthello *hello, const char **reason);

#endif
