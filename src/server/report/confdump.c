/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A snapshot in words. */
#include "server/report/confdump.h"

#include "base/text/stringlist.h"
#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "tls/session/context.h"

/* Prints which clients the service gets at the addresses that it shares. */
static void
print_routing(const struct snapshot *snapshot, const struct service *service, FILE *out)
{
	const struct stringlist *names = &service->conf->server_name;
	char text[ADDRESS_TEXT_SIZE];

	if (names->count > 0) {
		fprintf(out, "  server-name:");
		for (size_t i = 0; i < names->count; i++)
			fprintf(out, " %s", names->items[i]);
		fputc('\n', out);
	}
	for (size_t i = 0; i < snapshot_route_count(snapshot); i++) {
		const struct route *route = snapshot_route(snapshot, i);
		if (route_count(route) > 1 && route_is_default(route, service))
			fprintf(out, "  default:     for other clients at %s\n",
			    address_format(route_address(route), text));
	}
	if (service->conf->sni_strict)
		fprintf(out, "  sni-strict:  other names are refused\n");
}

static void
print_service(const struct snapshot *snapshot, const struct service *service, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, "[%s]\n  listen:     ", service->name);
	for (size_t i = 0; i < service->address_count; i++)
		fprintf(out, " %s", address_format(&service->addresses[i], text));
	fputc('\n', out);
	print_routing(snapshot, service, out);
	fprintf(out, "  respond:     %s\n",
	    responder_kind_name(service->conf->responder.kind));
	context_print(service->context, out, "  ");
}

void
confdump_print(const struct snapshot *snapshot, FILE *out)
{
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		print_service(snapshot, snapshot_service(snapshot, i), out);
	confdump_print_skipped(snapshot, out);
}

void
confdump_print_skipped(const struct snapshot *snapshot, FILE *out)
{
	const struct stringlist *skipped = snapshot_skipped(snapshot);

	for (size_t i = 0; i < skipped->count; i++)
		fprintf(out, "skipped: %s\n", skipped->items[i]);
}
