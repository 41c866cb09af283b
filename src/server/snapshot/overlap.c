/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services that conflict with each other. */
#include "server/snapshot/overlap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "server/conf/conf.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"

/* Adds an error about `service`, whose text starts with its key. */
static void __attribute__((format(printf, 3, 4))) report_conflict(
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

/* Adds an error about two services that no hello could tell apart. */
static void
report_overlap(const struct route *route, const char *name,
    const struct service *service, const struct service *other,
    struct findings *findings)
{
	char at[ADDRESS_TEXT_SIZE];

	address_format(route_address(route), at);
	if (name != NULL)
		report_conflict(findings, service,
		    "server-name: %s at %s already belongs to [%s]: remove it from one "
		    "of them, or set a different alpn in each",
		    name, at, other->name);
	else if (service->conf->is_default)
		report_conflict(findings, service,
		    "default: [%s] is already the default at %s: keep one, or set a "
		    "different alpn in each",
		    other->name, at);
	else
		report_conflict(findings, service,
		    "listen: %s already belongs to [%s]: set a different server-name "
		    "or alpn in each",
		    at, other->name);
}

/* Returns the first protocol that both have, or NULL. */
static const char *
shared_protocol(const struct service *a, const struct service *b)
{
	const struct stringlist *protocols = &a->conf->context.alpn;

	for (size_t i = 0; i < protocols->count; i++)
		if (stringlist_has(&b->conf->context.alpn, protocols->items[i]))
			return protocols->items[i];
	return NULL;
}

static void
check_two_services(const struct route *route, const struct nameindex_entry *entry,
    const struct service *other, struct findings *findings)
{
	const struct service *service = route_service(route, entry->number);
	const char *protocol = shared_protocol(service, other);
	char at[ADDRESS_TEXT_SIZE];

	if (service_has_no_protocol(service) && service_has_no_protocol(other))
		report_overlap(route, entry->name, service, other, findings);
	else if (protocol != NULL)
		report_conflict(findings, service,
		    "alpn: %s for %s at %s already belongs to [%s]: remove it from one "
		    "of them",
		    protocol,
		    entry->name != NULL ? entry->name : "clients without a name",
		    address_format(route_address(route), at), other->name);
}

static void
check_group(
    const struct route *route, const struct group *group, struct findings *findings)
{
	for (size_t i = 1; i < group->count; i++)
		for (size_t j = 0; j < i; j++)
			check_two_services(route, &group->entries[i],
			    route_service(route, group->entries[j].number), findings);
}

static void
check_reachable(
    const struct route *route, const struct service *service, struct findings *findings)
{
	if (service->conf->server_name.count == 0 &&
	    !route_is_default(route, service)) {
		char at[ADDRESS_TEXT_SIZE];
		report_conflict(findings, service,
		    "server-name: is not set, and the default at %s is [%s], so no "
		    "client reaches this service: set server-name",
		    address_format(route_address(route), at),
		    route_default(route)->name);
	}
}

/* Checks that services agree on PROXY headers, because the header comes before the service is
 * known. */
static void
check_proxy(const struct route *route, struct findings *findings)
{
	const struct conf_service *first = route_service(route, 0)->conf;
	char at[ADDRESS_TEXT_SIZE];

	for (size_t i = 1; i < route_count(route); i++) {
		const struct conf_service *conf = route_service(route, i)->conf;
		if (conf->accept_proxy != first->accept_proxy ||
		    (first->accept_proxy && !stringlist_equal(&conf->accept_proxy_from,
						&first->accept_proxy_from)))
			report_conflict(findings, route_service(route, i),
			    "accept-proxy: differs from [%s] at %s: set the same "
			    "accept-proxy and accept-proxy-from for services that "
			    "share an address",
			    route_service(route, 0)->name,
			    address_format(route_address(route), at));
	}
}

/* Checks that services agree on a Unix-domain socket, whose file has one owner, group and
 * mode. */
static void
check_socket(const struct route *route, struct findings *findings)
{
	const struct service *first = route_service(route, 0);
	char at[ADDRESS_TEXT_SIZE];

	if (address_family(route_address(route)) != AF_UNIX)
		return;
	for (size_t i = 1; i < route_count(route); i++) {
		const struct service *service = route_service(route, i);
		if (service->socket_owner != first->socket_owner ||
		    service->socket_group != first->socket_group ||
		    service->conf->listen_mode != first->conf->listen_mode)
			report_conflict(findings, service,
			    "listen: [%s] sets other rights for %s: set the same "
			    "listen-owner, listen-group and listen-mode for services "
			    "that share a socket",
			    first->name, address_format(route_address(route), at));
	}
}

void
overlap_check(const struct route *route, struct findings *findings)
{
	const struct conf_service *first = route_default(route)->conf;
	const struct group defaults = route_defaults(route);
	struct group group;

	for (size_t i = 0;
	     (group.count = nameindex_group(route_names(route), i, &group.entries)) > 0;
	     i += group.count)
		check_group(route, &group, findings);
	/* Conflicts by their names have been reported above. */
	if (defaults.count > 0 && (first->is_default || first->server_name.count == 0))
		check_group(route, &defaults, findings);
	for (size_t i = 0; i < route_count(route); i++)
		check_reachable(route, route_service(route, i), findings);
	check_proxy(route, findings);
	check_socket(route, findings);
}
