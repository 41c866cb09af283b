/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_ROUTE_H
#define TLSD_SERVER_SNAPSHOT_ROUTE_H

/*
 * Chooses a service among those that share a listener, by the host that the client names and the
 * application protocols that it offers. Part of a snapshot and immutable once it is finished, so
 * any thread may use it.
 *
 * A service with that very name goes before one with a wildcard; "*.example.org" stands for one
 * more label. The default comes last: the service with `default = yes`, or the first in the file
 * without names, or the first that is not strict. A service with `sni-strict = yes` only takes
 * clients that name one of its hosts. Services with the same name, with `default = yes`, or with
 * the same `server-name` as the default, are told apart by `alpn`. In the order of the file and
 * of their lists, the first protocol that the client offers decides. One of them may have no
 * `alpn`, and takes the other clients.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"
#include "tls/keys/nameindex.h"

struct address;
struct clienthello;
struct route;
struct service;

/* Services with one name, or the defaults, in the order of the file. */
struct group {
	const struct nameindex_entry *entries; /* the numbers are for route_service() */
	size_t count;
};

/* Makes a route for the listener at `address`, without a service. */
struct route *route_new(const struct address *address);
void route_free(struct route *route);

const struct address *route_address(const struct route *route);

/* Adds a service, which outlives the route. Must be called in the order of the file. */
void route_add(struct route *route, const struct service *service);

/* Gives the clients that offer ACME's protocol for challenges, and no other (RFC 8737, 3), to
 * `service`, which outlives the route. NULL changes nothing. */
void route_answer_challenges(struct route *route, const struct service *service);

/* Sorts the services once all are added. */
void route_finish(struct route *route);

/* Return the services of a finished route by their names, and the default or, if `alpn` tells
 * several apart, the defaults, whose entries have NULL as the name. */
const struct nameindex *route_names(const struct route *route);
struct group route_defaults(const struct route *route);

size_t route_count(const struct route *route);
const struct service *route_service(const struct route *route, size_t index);

/*
 * Returns the service for clients that no other service names. Until the service of a client is
 * known, this one stands for it in logs and counters. If all services are strict, it is the first
 * in the file.
 */
const struct service *route_default(const struct route *route);

/* True if `service` takes clients that no service names, by their protocols if there are
 * several. */
bool route_is_default(const struct route *route, const struct service *service);

/* Returns the service that every client gets, or NULL if that depends on the hello. */
const struct service *route_only(const struct route *route);

/*
 * Finds the service for `hello`. Returns FAILURE_NONE, FAILURE_SNI or FAILURE_ALPN. After a
 * failure `*service` is NULL, except for a skipped service, whose clients no other service may
 * take: that is FAILURE_SNI.
 */
enum failure route_find(const struct route *route, const struct clienthello *hello,
    const struct service **service);

#endif
