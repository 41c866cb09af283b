/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which service a client gets. */
#include "server/snapshot/route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/net/address.h"
#include "base/memory/memory.h"
#include "server/conf/conf.h"
#include "server/snapshot/service.h"
#include "tls/hello/clienthello.h"
#include "tls/keys/challenge.h"
#include "tls/x509/servername.h"

struct route {
	struct address address;
	const struct service **services;
	size_t count;
	struct nameindex *names;
	struct nameindex_entry *defaults;
	size_t default_count;
	const struct service *challenges; /* for challenges, or NULL */
};

struct route *
route_new(const struct address *address)
{
	struct route *route = memory_new(sizeof *route);

	route->address = *address;
	return route;
}

void
route_free(struct route *route)
{
	nameindex_free(route->names);
	free(route->defaults);
	free(route->services);
	free(route);
}

const struct address *
route_address(const struct route *route)
{
	return &route->address;
}

void
route_add(struct route *route, const struct service *service)
{
	route->services = memory_resize(
	    route->services, (route->count + 1) * sizeof(struct service *));
	route->services[route->count++] = service;
}

void
route_answer_challenges(struct route *route, const struct service *service)
{
	route->challenges = service;
}

size_t
route_count(const struct route *route)
{
	return route->count;
}

const struct service *
route_service(const struct route *route, size_t index)
{
	return route->services[index];
}

/* How far a service is from being the default; even the nearest one may not be a default. */
enum distance { SAID_SO, NAMELESS, NAMED, STRICT };

static enum distance
distance_of(const struct service *service)
{
	if (service->conf->is_default)
		return SAID_SO;
	if (service->conf->sni_strict)
		return STRICT;
	return service->conf->server_name.count == 0 ? NAMELESS : NAMED;
}

static bool
have_same_names(const struct service *a, const struct service *b)
{
	const struct stringlist *left = &a->conf->server_name;
	const struct stringlist *right = &b->conf->server_name;

	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (strcasecmp(left->items[i], right->items[i]) != 0)
			return false;
	return true;
}

static void
find_defaults(struct route *route)
{
	const struct service *first = route->services[0];

	for (size_t i = 1; i < route->count; i++)
		if (distance_of(route->services[i]) < distance_of(first))
			first = route->services[i];
	route->defaults = memory_new(route->count * sizeof *route->defaults);
	if (distance_of(first) == STRICT)
		return;
	for (size_t i = 0; i < route->count; i++) {
		const struct service *service = route->services[i];
		if (distance_of(service) == distance_of(first) &&
		    (distance_of(first) == SAID_SO || have_same_names(service, first)))
			route->defaults[route->default_count++].number = i;
	}
}

static void
index_names(struct route *route)
{
	route->names = nameindex_new();
	for (size_t i = 0; i < route->count; i++) {
		const struct stringlist *names = &route->services[i]->conf->server_name;
		for (size_t j = 0; j < names->count; j++)
			nameindex_add(route->names, names->items[j], i);
	}
	nameindex_sort(route->names);
}

void
route_finish(struct route *route)
{
	assert(route->count > 0);
	index_names(route);
	find_defaults(route);
}

const struct nameindex *
route_names(const struct route *route)
{
	return route->names;
}

struct group
route_defaults(const struct route *route)
{
	return (struct group){ route->defaults, route->default_count };
}

bool
route_is_default(const struct route *route, const struct service *service)
{
	for (size_t i = 0; i < route->default_count; i++)
		if (route->services[route->defaults[i].number] == service)
			return true;
	return false;
}

const struct service *
route_default(const struct route *route)
{
	return route
	    ->services[route->default_count > 0 ? route->defaults[0].number : 0];
}

const struct service *
route_only(const struct route *route)
{
	return route->count == 1 && route->default_count == 1 &&
	               route->challenges == NULL
	           ? route->services[0]
	           : NULL;
}

static struct group
find_group(const struct route *route, const struct clienthello *hello)
{
	char name[SERVERNAME_MAX_SIZE + 1] = "";
	struct group group = { 0 };

	assert(hello->name_size <= SERVERNAME_MAX_SIZE);
	if (hello->name_size > 0)
		memcpy(name, hello->name, hello->name_size);
	group.count = nameindex_find(route->names, name, &group.entries);
	char *dot = strchr(name, '.');
	if (group.count == 0 && dot != NULL && dot > name) {
		dot[-1] = '*';
		group.count = nameindex_find(route->names, dot - 1, &group.entries);
	}
	if (group.count == 0)
		group = route_defaults(route);
	return group;
}

/* Returns the service with the first of its protocols that the client offers, or else one without
 * protocols. */
static const struct service *
choose_service(const struct route *route, const struct group *group,
    const struct clienthello *hello)
{
	const struct service *other = NULL;

	for (size_t i = 0; i < group->count; i++) {
		const struct service *service =
		    route->services[group->entries[i].number];
		const struct stringlist *protocols = &service->conf->context.alpn;
		for (size_t j = 0; j < protocols->count; j++)
			if (clienthello_offers(hello, protocols->items[j]))
				return service;
		if (service_has_no_protocol(service))
			other = service;
	}
	if (other == NULL && hello->protocols == NULL)
		other = route->services[group->entries[0].number];
	return other;
}

enum failure
route_find(const struct route *route, const struct clienthello *hello,
    const struct service **service)
{
	if (route->challenges != NULL &&
	    clienthello_offers_only(hello, CHALLENGE_PROTOCOL)) {
		*service = route->challenges;
		return FAILURE_NONE;
	}
	struct group group = find_group(route, hello);
	*service = group.count > 0 ? choose_service(route, &group, hello) : NULL;
	if (group.count == 0)
		return FAILURE_SNI;
	if (*service == NULL)
		return FAILURE_ALPN;
	return (*service)->skipped ? FAILURE_SNI : FAILURE_NONE;
}
