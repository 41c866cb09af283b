/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificates on the page for browsers. */
#include "server/page/pagecertificates.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/text/html.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "server/conf/conf.h"
#include "server/page/pagetext.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "tls/keys/keypair.h"
#include "tls/keys/pairs.h"
#include "tls/session/context.h"

#define SHOWN_MAX 100
#define WARNINGS_MAX 10
#define NAMES_MAX 4
#define SECONDS_PER_DAY 86400

/* A certificate in a service. Services can share one. */
struct use {
	const struct service *service;
	const struct keypair *pair;
	int64_t days; /* left, whole ones; -1 if it ended within the last day */
	size_t order; /* of the services in the file */
};

static int
compare_uses(const void *a, const void *b)
{
	const struct use *one = a, *other = b;

	if (one->days != other->days)
		return one->days > other->days ? 1 : -1;
	if (one->pair != other->pair)
		return (uintptr_t)one->pair > (uintptr_t)other->pair ? 1 : -1;
	return (one->order > other->order) - (one->order < other->order);
}

static int64_t
days_left(const struct keypair *pair, time_t now)
{
	int64_t left = keypair_not_after(pair) - now;

	return left / SECONDS_PER_DAY - (left % SECONDS_PER_DAY < 0);
}

int
pagecertificates_collect(const struct snapshot *snapshot, struct pagecertificates *uses)
{
	const size_t services = snapshot_service_count(snapshot);
	const time_t now = time(NULL);
	size_t room = 1;

	for (size_t i = 0; i < services; i++)
		room +=
		    pairs_count(context_pairs(snapshot_service(snapshot, i)->context));
	*uses = (struct pagecertificates){ .items = calloc(room, sizeof *uses->items) };
	if (uses->items == NULL)
		return -1;
	for (size_t i = 0; i < services; i++) {
		const struct service *service = snapshot_service(snapshot, i);
		const struct pairs *pairs = context_pairs(service->context);
		for (size_t j = 0; j < pairs_count(pairs); j++) {
			const struct keypair *pair = pairs_offer(pairs, j)->pair;
			uses->items[uses->count++] =
			    (struct use){ service, pair, days_left(pair, now), i };
		}
	}
	qsort(uses->items, uses->count, sizeof *uses->items, compare_uses);
	return 0;
}

/* Returns how many of the `left` uses at `use` are of the same certificate. */
static size_t
count_services(const struct use *use, size_t left)
{
	size_t count = 1;

	while (count < left && use[count].pair == use->pair)
		count++;
	return count;
}

/* True if the certificate of the `count` uses ends within the warn-days of one of them. */
static bool
ends_soon(const struct use *use, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (use[i].days < use[i].service->conf->warn_days)
			return true;
	return use->days < 0;
}

/* Prints the days left, in colour and words if there are few. */
static void
print_days(const struct use *use, size_t count, FILE *out)
{
	const bool is_soon = ends_soon(use, count);
	const uint64_t days = (uint64_t)(use->days < 0 ? -use->days : use->days);
	const char *class = use->days < 0 ? " bad" : is_soon ? " warn" : "";

	fprintf(out, "<td class=\"n%s\" data-label=\"Days left\">", class);
	if (use->days < 0)
		fputs("expired, \xe2\x88\x92", out); /* minus */
	else if (is_soon)
		fputs("ends soon, ", out);
	pagetext_number(out, days);
	fputs("</td>", out);
}

static void
print_names(const struct stringlist *names, FILE *out)
{
	fputs("<td data-label=\"For\"><span>", out);
	for (size_t i = 0; i < names->count && i < NAMES_MAX; i++) {
		fputs(i > 0 ? ", " : "", out);
		html_print(out, names->items[i]);
	}
	if (names->count > NAMES_MAX)
		fprintf(out, " and %zu more", names->count - NAMES_MAX);
	fputs("</span></td>", out);
}

static void
print_services(const struct use *use, size_t count, FILE *out)
{
	fputs("<td data-label=\"Services\"><span>", out);
	for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
		fputs(i > 0 ? ", " : "", out);
		html_print(out, use[i].service->name);
	}
	if (count > NAMES_MAX)
		fprintf(out, " and %zu more", count - NAMES_MAX);
	fputs("</span></td>", out);
}

/* Prints the certificate of the `count` uses. */
static void
print_certificate(const struct use *use, size_t count, FILE *out)
{
	fputs("<tr><th scope=\"row\"><span class=\"file\">", out);
	html_print(out, keypair_file(use->pair));
	fputs("</span> <small>", out);
	html_print(out, keypair_description(use->pair));
	fputs("</small></th>", out);
	print_names(keypair_names(use->pair), out);
	print_services(use, count, out);
	fputs("<td class=\"n\" data-label=\"Ends\">", out);
	pagetext_moment(out, keypair_not_after(use->pair));
	fputs("</td>", out);
	print_days(use, count, out);
	fputs("</tr>\n", out);
}

void
pagecertificates_print(const struct pagecertificates *uses, FILE *out)
{
	size_t next = 0;

	fputs("<section id=\"certificates\"><h2>Certificates</h2>\n"
	      "<table class=\"wide\"><thead><tr><th scope=\"col\">File</th>"
	      "<th scope=\"col\">For</th><th scope=\"col\">Services</th>"
	      "<th scope=\"col\" class=\"n\">Ends</th>"
	      "<th scope=\"col\" class=\"n\">Days left</th></tr></thead><tbody>\n",
	    out);
	for (size_t rows = 0; next < uses->count && rows < SHOWN_MAX; rows++) {
		const struct use *use = &uses->items[next];
		size_t count = count_services(use, uses->count - next);
		print_certificate(use, count, out);
		next += count;
	}
	fputs("</tbody></table>\n", out);
	if (next < uses->count)
		fputs("<p class=\"soft\">Others end later: <code>tlsdctl status</code> "
		      "prints all.</p>\n",
		    out);
	fputs("</section>\n", out);
}

static void
print_warning(const struct use *use, FILE *out)
{
	fputs("<li><span class=\"file\">", out);
	html_print(out, keypair_file(use->pair));
	if (use->days < 0)
		fputs("</span>: expired: ", out);
	else
		fprintf(out, "</span>: ends in %" PRId64 " day%s: ", use->days,
		    text_plural((uint64_t)use->days));
	fputs("renew it and reload</li>\n", out);
}

int
pagecertificates_warn(const struct pagecertificates *uses, FILE *out)
{
	int warnings = 0;

	for (size_t next = 0, count; next < uses->count; next += count) {
		const struct use *use = &uses->items[next];
		count = count_services(use, uses->count - next);
		if (ends_soon(use, count) && warnings++ < WARNINGS_MAX)
			print_warning(use, out);
	}
	return warnings;
}
