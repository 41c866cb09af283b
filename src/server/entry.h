/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ENTRY_H
#define TLSD_SERVER_ENTRY_H

/*
 * Who comes in, and to which service. The limits of the process are asked once a client's
 * address is known, those of a service as soon as it is known: at once where a listener has
 * one for everybody, and otherwise when the ClientHello has told. Main thread.
 */

#include "base/failure.h"

struct clienthello;
struct connection;
struct limits;

/*
 * Meets a connection that was accepted: where no PROXY header is to come, its address is known,
 * and it is greeted. One from elsewhere than the proxies is refused. Returns likewise.
 */
enum failure entry_meet(
    struct limits *limits, struct connection *connection, const char **reason);

/*
 * Lets a connection in whose address is known. FAILURE_NONE, or what forbids it, with
 * `*reason` pointing at a constant.
 */
enum failure entry_greet(
    struct limits *limits, struct connection *connection, const char **reason);

/* Finds the service for the connection's hello, which is final then, and lets it in there;
 * likewise. */
enum failure entry_route(struct limits *limits, struct connection *connection,
    const struct clienthello *hello, const char **reason);

#endif
