/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phases of connections on the page for browsers. */
#include "server/page/pagephases.h"

#include <stddef.h>
#include <string.h>

#include "base/text/html.h"
#include "server/connection/stats.h"
#include "server/page/pagetext.h"

#define SLOWEST_MAX 8
#define MS_PER_S 1e3

static const char *const meanings[PHASE_COUNT] = {
	[PHASE_HELLO] = "wait for their ClientHello",
	[PHASE_HOLD] = "wait for one of max-workers",
	[PHASE_QUEUE] = "wait for a worker",
	[PHASE_PARKED] = "wait for client or backend",
	[PHASE_HANDSHAKE] = "have a worker",
	[PHASE_ANSWER] = "have a worker",
	[PHASE_CLOSE] = "have a worker",
	[PHASE_LINGER] = "wait for the client to close",
};

static const char *const time_names[STATS_TIME_COUNT] = {
	[STATS_QUEUE] = "queue",
	[STATS_HANDSHAKE] = "handshake",
	[STATS_TOTAL] = "total",
};

/* How long one phase takes in one service, in seconds. */
struct slow {
	const char *service, *phase;
	double half, most, nearly_all; /* 50, 90 and 99 per cent do not exceed it */
};

void
pagephases_print(const struct stats_sums *sums, FILE *out)
{
	fputs("<section id=\"phases\"><h2>Connections by phase</h2>\n"
	      "<dl class=\"phases\">\n",
	    out);
	for (int i = 0; i < PHASE_COUNT; i++) {
		fprintf(out, "<div><dt>%s</dt><dd>", phase_name((enum phase)i));
		pagetext_number(out, sums->present[i]);
		fprintf(out, "</dd><dd class=\"soft\">%s</dd></div>\n", meanings[i]);
	}
	fputs("</dl></section>\n", out);
}

/* Puts `slow` into its place among the slowest, unless they are all slower. */
static void
rank_slow(struct slow slowest[SLOWEST_MAX], const struct slow *slow)
{
	size_t place = SLOWEST_MAX;

	while (place > 0 && slow->nearly_all > slowest[place - 1].nearly_all)
		place--;
	if (place == SLOWEST_MAX)
		return;
	memmove(&slowest[place + 1], &slowest[place],
	    (SLOWEST_MAX - 1 - place) * sizeof *slowest);
	slowest[place] = *slow;
}

static void
rank_service(struct slow slowest[SLOWEST_MAX], const struct tally *tally)
{
	struct stats_sums sums = { 0 };

	tally_add_to(tally, &sums);
	for (int i = 0; i < STATS_TIME_COUNT; i++) {
		const struct slow slow = { .service = tally_name(tally),
			.phase = time_names[i],
			.half = stats_quantile(&sums.times[i], 0.5),
			.most = stats_quantile(&sums.times[i], 0.9),
			.nearly_all = stats_quantile(&sums.times[i], 0.99) };
		rank_slow(slowest, &slow);
	}
}

/* Prints a time with about three digits. */
static void
print_ms(const char *label, double seconds, FILE *out)
{
	const double ms = seconds * MS_PER_S;
	const int decimals = ms < 10 ? 2 : ms < 100;

	fprintf(
	    out, "<td class=\"n\" data-label=\"%s\">%.*f</td>", label, decimals, ms);
}

static void
print_slow(const struct slow *slow, FILE *out)
{
	fputs("<tr><th scope=\"row\">", out);
	html_print(out, slow->service);
	fputs("</th>", out);
	pagetext_text_cell(out, "Phase", slow->phase);
	print_ms("50 %", slow->half, out);
	print_ms("90 %", slow->most, out);
	print_ms("99 %", slow->nearly_all, out);
	fputs("</tr>\n", out);
}

void
pagephases_print_slowest(const struct stats *stats, FILE *out)
{
	struct slow slowest[SLOWEST_MAX] = { 0 };

	for (const struct tally *tally = stats_first(stats); tally != NULL;
	     tally = stats_next(tally))
		rank_service(slowest, tally);
	fputs(
	    "<section id=\"slowest\"><h2>Slowest phases, in milliseconds</h2>\n", out);
	if (slowest[0].service == NULL) {
		fputs(
		    "<p class=\"soft\">No worker has had a connection.</p></section>\n",
		    out);
		return;
	}
	fputs("<table class=\"wide\"><thead><tr><th scope=\"col\">Service</th>"
	      "<th scope=\"col\">Phase</th><th scope=\"col\" class=\"n\">50 %</th>"
	      "<th scope=\"col\" class=\"n\">90 %</th>"
	      "<th scope=\"col\" class=\"n\">99 %</th></tr></thead><tbody>\n",
	    out);
	for (size_t i = 0; i < SLOWEST_MAX && slowest[i].service != NULL; i++)
		print_slow(&slowest[i], out);
	fputs("</tbody></table>\n<p class=\"soft\">So many of all connections took at "
	      "most that long: queue until they had a worker, handshake from there on, "
	      "total until they were done.</p></section>\n",
	    out);
}
