/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ROUTE_H
#define TLSD_SERVER_ROUTE_H

/*
 * Which of the services that share a listener a client gets, by the host that it names and
 * the application protocols that it offers. Part of a snapshot and immutable once it is
 * finished, so any thread may ask it.
 *
 * A service of that very name goes before one of a wildcard, "*.example.org" for one label
 * more, and that before the default: the service with `default = yes`, or the first in the
 * file that names no hosts, or the first at all. A service with `sni-strict = yes` takes
 * only clients that name one of its hosts. Services of the same name, or that are the
 * default with the same `server-name`, are told apart by `alpn`: in the order of the file and of their lists,
 * the first protocol that the client offers decides; one of them may have no `alpn`, and
 * takes the other clients.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

struct address;
struct clienthello;
struct findings;
struct route;
struct service;

/* The route of the listener at `address`, without a service yet. */
struct route *route_new(const struct address *address);
void route_free(struct route *route);

const struct address *route_address(const struct route *route);

/* Adds a service that outlives the route, in the order of the file. */
void route_add(struct route *route, const struct service *service);

/* Puts everything in order once all are added. What overlaps, or can never be reached, is an
 * error in `findings`, at the place of its key. */
void route_finish(struct route *route, struct findings *findings);

size_t route_count(const struct route *route);
const struct service *route_service(const struct route *route, size_t index);

/* The service for whom no other is meant; until a client's is known it stands for it in logs
 * and counters. Where all are strict, the first in the file. */
const struct service *route_default(const struct route *route);

/* Whether clients that no service names get `service`, by their protocols if there are more. */
bool route_is_default(const struct route *route, const struct service *service);

/* The service that a client gets whatever it says, or NULL if that depends on its hello. */
const struct service *route_only(const struct route *route);

/* Finds the service for `hello`: FAILURE_NONE, or FAILURE_SNI or FAILURE_ALPN, or FAILURE_SNI
 * with the service too where that is skipped: no other may take its clients. Otherwise
 * `*service` is NULL after a failure. */
enum failure route_find(const struct route *route, const struct clienthello *hello,
    const struct service **service);

#endif
