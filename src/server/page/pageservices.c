/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The services on the page for browsers. */
#include "server/page/pageservices.h"

#include <string.h>

#include "base/text/html.h"
#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/connection/stats.h"
#include "server/page/pagetext.h"
#include "server/report/serverinfo.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"

#define SERVICES_MAX 100
#define ADDRESSES_MAX 4

/* Sums up the numbers of the service. They are 0 if it has had no client yet. */
static void
sum_service(const struct stats *stats, const char *name, struct stats_sums *sums)
{
	const struct tally *tally = stats_first(stats);

	*sums = (struct stats_sums){ 0 };
	while (tally != NULL && strcmp(tally_name(tally), name) != 0)
		tally = stats_next(tally);
	if (tally != NULL)
		tally_add_to(tally, sums);
}

/* Prints where the service listens, and for which hosts. */
static void
print_addresses(const struct service *service, FILE *out)
{
	const struct stringlist *names = &service->conf->server_name;
	char text[ADDRESS_TEXT_SIZE];

	fputs("<td data-label=\"Listens at\"><span>", out);
	for (size_t i = 0; i < service->address_count && i < ADDRESSES_MAX; i++) {
		fputs(i > 0 ? ", " : "", out);
		html_print(out, address_format(&service->addresses[i], text));
	}
	if (service->address_count > ADDRESSES_MAX)
		fprintf(out, " and %zu more", service->address_count - ADDRESSES_MAX);
	for (size_t i = 0; i < names->count && i < ADDRESSES_MAX; i++) {
		fputs(i > 0 ? ", " : " <small>for ", out);
		html_print(out, names->items[i]);
	}
	if (names->count > ADDRESSES_MAX)
		fprintf(out, " and %zu more", names->count - ADDRESSES_MAX);
	fputs(names->count > 0 ? "</small></span></td>" : "</span></td>", out);
}

static void
print_service(const struct stats *stats, const struct service *service, FILE *out)
{
	struct stats_sums sums;

	sum_service(stats, service->name, &sums);
	fputs("<tr><th scope=\"row\">", out);
	html_print(out, service->name);
	fputs("</th>", out);
	pagetext_text_cell(
	    out, "Answer", responder_kind_name(service->conf->responder.kind));
	print_addresses(service, out);
	pagetext_cell(out, "Active", stats_active(&sums));
	pagetext_cell(out, "Accepted", sums.accepted);
	pagetext_cell(out, "Answered", sums.done);
	pagetext_cell(out, "Failed", stats_failed(&sums));
	fputs("</tr>\n", out);
}

void
pageservices_print(
    const struct serverinfo *serverinfo, const struct snapshot *snapshot, FILE *out)
{
	const size_t count = snapshot_service_count(snapshot);

	fputs(
	    "<section id=\"services\"><h2>Services</h2>\n<table class=\"wide\"><thead>"
	    "<tr><th scope=\"col\">Service</th><th scope=\"col\">Answer</th>"
	    "<th scope=\"col\">Listens at</th>"
	    "<th scope=\"col\" class=\"n\">Active</th>"
	    "<th scope=\"col\" class=\"n\">Accepted</th>"
	    "<th scope=\"col\" class=\"n\">Answered</th>"
	    "<th scope=\"col\" class=\"n\">Failed</th></tr>"
	    "</thead><tbody>\n",
	    out);
	for (size_t i = 0; i < count && i < SERVICES_MAX; i++)
		print_service(
		    serverinfo_stats(serverinfo), snapshot_service(snapshot, i), out);
	fputs("</tbody></table>\n", out);
	if (count > SERVICES_MAX)
		fprintf(out,
		    "<p class=\"soft\">And %zu more: <code>tlsdctl stats</code> prints "
		    "all.</p>\n",
		    count - SERVICES_MAX);
	fputs("</section>\n", out);
}
