/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which service a client gets. */
#include "server/route.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/findings.h"
#include "base/memory.h"
#include "server/conf.h"
#include "server/snapshot.h"
#include "tls/clienthello.h"

#define NAME_MAX_SIZE 255 /* RFC 1035, 2.3.4 */
#define LABEL_MAX_SIZE 63

/* A service under one of its names; under NULL as the default. */
struct entry {
	char *name; /* in lower case */
	const struct service *service;
	size_t order; /* the place of the service among those of the route */
};

/* Entries of one name, in the order of the file. */
struct group {
	const struct entry *entries;
	size_t count;
};

struct route {
	struct address address;
	const struct service **services;
	size_t count;
	struct entry *named; /* sorted by name, then by order */
	size_t named_count;
	struct entry *defaults;
	size_t default_count;
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
	for (size_t i = 0; i < route->named_count; i++)
		free(route->named[i].name);
	free(route->named);
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

static char *
in_lower_case(const char *name)
{
	char *copy = memory_copy(name);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int result = strcmp(left->name, right->name);

	if (result != 0)
		return result;
	return left->order < right->order ? -1 : left->order > right->order;
}

static size_t
count_names(const struct route *route)
{
	size_t count = 0;

	for (size_t i = 0; i < route->count; i++)
		count += route->services[i]->conf->server_name.count;
	return count;
}

/* A service that has a name twice has it once. */
static void
drop_repetitions(struct route *route)
{
	size_t kept = 0;

	for (size_t i = 0; i < route->named_count; i++) {
		struct entry *entry = &route->named[i];
		const struct entry *last = kept > 0 ? &route->named[kept - 1] : NULL;
		if (last != NULL && last->service == entry->service &&
		    strcmp(last->name, entry->name) == 0)
			free(entry->name);
		else
			route->named[kept++] = *entry;
	}
	route->named_count = kept;
}

static void
sort_names(struct route *route)
{
	route->named = memory_new((count_names(route) + 1) * sizeof *route->named);
	for (size_t i = 0; i < route->count; i++) {
		const struct stringlist *names = &route->services[i]->conf->server_name;
		for (size_t j = 0; j < names->count; j++)
			route->named[route->named_count++] =
			    (struct entry){ .name = in_lower_case(names->items[j]),
				    .service = route->services[i],
				    .order = i };
	}
	qsort(route->named, route->named_count, sizeof *route->named, compare_entries);
	drop_repetitions(route);
}

/* How far a service is from being the default; it need not be one at all. */
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
			route->defaults[route->default_count++] =
			    (struct entry){ .service = service, .order = i };
	}
}

/* Adds an error about `service`, whose text starts with the key that it concerns. */
static void __attribute__((format(printf, 3, 4))) complain(
    struct findings *findings, const struct service *service, const char *format, ...)
{
	struct findings found;
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	findings_init(&found);
	findings_error(&found, "%s", text);
	conf_locate(&service->conf->section, &found, findings);
	free(text);
}

/* Two services that no hello could tell apart. */
static void
complain_overlap(const struct route *route, const struct entry *entry,
    const struct service *other, struct findings *findings)
{
	char at[ADDRESS_TEXT_SIZE];

	address_format(&route->address, at);
	if (entry->name != NULL)
		complain(findings, entry->service,
		    "server-name: %s at %s belongs to [%s] already: name it in one of "
		    "them, or tell them apart by alpn",
		    entry->name, at, other->name);
	else if (entry->service->conf->is_default)
		complain(findings, entry->service,
		    "default: [%s] is the default at %s already: there can be one, or "
		    "tell them apart by alpn",
		    other->name, at);
	else
		complain(findings, entry->service,
		    "listen: %s belongs to [%s] already: give each its server-name, or "
		    "tell them apart by alpn",
		    at, other->name);
}

/* The first protocol that both have; NULL if they have none in common. */
static const char *
shared_protocol(const struct service *a, const struct service *b)
{
	const struct stringlist *protocols = &a->conf->context.alpn;

	for (size_t i = 0; i < protocols->count; i++)
		if (stringlist_has(&b->conf->context.alpn, protocols->items[i]))
			return protocols->items[i];
	return NULL;
}

static bool
has_no_protocol(const struct service *service)
{
	return service->conf->context.alpn.count == 0;
}

static void
check_two(const struct route *route, const struct entry *entry,
    const struct service *other, struct findings *findings)
{
	const char *protocol = shared_protocol(entry->service, other);
	char at[ADDRESS_TEXT_SIZE];

	if (has_no_protocol(entry->service) && has_no_protocol(other))
		complain_overlap(route, entry, other, findings);
	else if (protocol != NULL)
		complain(findings, entry->service,
		    "alpn: %s for %s at %s belongs to [%s] already", protocol,
		    entry->name != NULL ? entry->name : "clients without a name",
		    address_format(&route->address, at), other->name);
}

static void
check_group(
    const struct route *route, const struct group *group, struct findings *findings)
{
	for (size_t i = 1; i < group->count; i++)
		for (size_t j = 0; j < i; j++)
			check_two(route, &group->entries[i], group->entries[j].service,
			    findings);
}

/* The entries of the same name as the one at `index`, which is their first. */
static struct group
group_at(const struct route *route, size_t index)
{
	struct group group = { .entries = &route->named[index], .count = 1 };

	while (index + group.count < route->named_count &&
	       strcmp(group.entries[0].name, group.entries[group.count].name) == 0)
		group.count++;
	return group;
}

bool
route_is_default(const struct route *route, const struct service *service)
{
	for (size_t i = 0; i < route->default_count; i++)
		if (route->defaults[i].service == service)
			return true;
	return false;
}

static void
check_reachable(
    const struct route *route, const struct service *service, struct findings *findings)
{
	if (service->conf->server_name.count == 0 &&
	    !route_is_default(route, service)) {
		char at[ADDRESS_TEXT_SIZE];
		complain(findings, service,
		    "server-name: no client would get here, for the default at %s is "
		    "[%s]: name the hosts of this service",
		    address_format(&route->address, at), route_default(route)->name);
	}
}

/* Whether a header comes first has to be known before it is known who serves. */
static void
check_proxy(const struct route *route, struct findings *findings)
{
	const struct conf_service *first = route->services[0]->conf;
	char at[ADDRESS_TEXT_SIZE];

	for (size_t i = 1; i < route->count; i++) {
		const struct conf_service *conf = route->services[i]->conf;
		if (conf->accept_proxy != first->accept_proxy ||
		    (first->accept_proxy && !stringlist_equal(&conf->accept_proxy_from,
						&first->accept_proxy_from)))
			complain(findings, route->services[i],
			    "accept-proxy: [%s] says otherwise at %s: services that "
			    "share an address need the same accept-proxy and "
			    "accept-proxy-from",
			    route->services[0]->name,
			    address_format(&route->address, at));
	}
}

void
route_finish(struct route *route, struct findings *findings)
{
	assert(route->count > 0);
	sort_names(route);
	find_defaults(route);
	for (size_t i = 0; i < route->named_count;) {
		struct group group = group_at(route, i);
		check_group(route, &group, findings);
		i += group.count;
	}
	struct group defaults = { route->defaults, route->default_count };
	/* What they share by their names has been said. */
	if (defaults.count > 0 &&
	    (defaults.entries[0].service->conf->is_default ||
		defaults.entries[0].service->conf->server_name.count == 0))
		check_group(route, &defaults, findings);
	for (size_t i = 0; i < route->count; i++)
		check_reachable(route, route->services[i], findings);
	check_proxy(route, findings);
}

const struct service *
route_default(const struct route *route)
{
	return route->default_count > 0 ? route->defaults[0].service
	                                : route->services[0];
}

const struct service *
route_only(const struct route *route)
{
	return route->count == 1 && route->default_count == 1 ? route->services[0]
	                                                      : NULL;
}

/* The entries of that very name, none if there are none. */
static struct group
find_name(const struct route *route, const char *name)
{
	size_t low = 0, high = route->named_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(route->named[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == route->named_count || strcmp(route->named[low].name, name) != 0)
		return (struct group){ 0 };
	return group_at(route, low);
}

static struct group
find_group(const struct route *route, const struct clienthello *hello)
{
	char name[NAME_MAX_SIZE + 1] = "";
	struct group group = { 0 };

	assert(hello->name_size <= NAME_MAX_SIZE);
	for (size_t i = 0; i < hello->name_size; i++)
		name[i] = (char)tolower((unsigned char)hello->name[i]);
	group = find_name(route, name);
	char *dot = strchr(name, '.');
	if (group.count == 0 && dot != NULL && dot > name) {
		dot[-1] = '*';
		group = find_name(route, dot - 1);
	}
	if (group.count == 0)
		group = (struct group){ route->defaults, route->default_count };
	return group;
}

/* The service of the most wanted protocol that the client offers, or that without any. */
static const struct service *
choose(const struct group *group, const struct clienthello *hello)
{
	const struct service *other = NULL;

	for (size_t i = 0; i < group->count; i++) {
		const struct service *service = group->entries[i].service;
		const struct stringlist *protocols = &service->conf->context.alpn;
		for (size_t j = 0; j < protocols->count; j++)
			if (clienthello_offers(hello, protocols->items[j]))
				return service;
		if (has_no_protocol(service))
			other = service;
	}
	if (other == NULL && hello->protocols == NULL)
		other = group->entries[0].service;
	return other;
}

enum failure
route_find(const struct route *route, const struct clienthello *hello,
    const struct service **service)
{
	struct group group = find_group(route, hello);

	if (group.count == 0)
		return FAILURE_SNI;
	*service = choose(&group, hello);
	return *service != NULL ? FAILURE_NONE : FAILURE_ALPN;
}

static bool
is_label(const char *label, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return size > 0 && size <= LABEL_MAX_SIZE && strspn(label, letters) >= size;
}

const char *
route_check_name(const char *name)
{
	const char *label = name;

	if (strncmp(name, "*.", 2) == 0) {
		label += 2;
		if (strchr(label, '.') == NULL)
			return "stands for too much: a * needs two labels behind it";
	}
	for (;; label++) {
		size_t size = strcspn(label, ".");
		if (!is_label(label, size))
			return "is no host's name: there are www.example.org and "
			       "*.example.org, and the xn-- form of what is no ASCII";
		label += size;
		if (*label == '\0')
			break;
	}
	return strlen(name) <= NAME_MAX_SIZE ? NULL : "is too long for a host's name";
}
