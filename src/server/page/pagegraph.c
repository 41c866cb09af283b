/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graphs on the page for browsers. */
#include "server/page/pagegraph.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "server/connection/stats.h"
#include "server/report/history.h"
#include "server/page/pagetext.h"

#define HEIGHT 60 /* units of the picture; its width is one for each step */

/* Returns the highest rate, or 1 if that is higher, rounded up to 1, 2 or 5 times a power of
 * ten. */
static double
scale_of(const double *rates, size_t count)
{
	double highest = 1, power = 1;

	for (size_t i = 0; i < count; i++)
		if (rates[i] > highest)
			highest = rates[i];
	while (power * 10 < highest)
		power *= 10;
	if (highest <= power)
		return power;
	if (highest <= 2 * power)
		return 2 * power;
	return highest <= 5 * power ? 5 * power : 10 * power;
}

/* Prints the points of the line. A point is left out if its neighbours are as high. */
static void
print_points(const double *rates, size_t count, double scale, FILE *out)
{
	const size_t start = HISTORY_STEPS - count;

	for (size_t i = 0; i < count; i++) {
		bool is_end = i == 0 || i == count - 1;
		if (is_end || rates[i] != rates[i - 1] || rates[i] != rates[i + 1])
			fprintf(out, "%zu,%.1f ", start + i,
			    HEIGHT * (1 - rates[i] / scale));
	}
}

static void
print_picture(
    const char *label, const double *rates, size_t count, double scale, FILE *out)
{
	fprintf(out,
	    "<svg class=\"graph\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
	    "role=\"img\" aria-label=\"%s per second in the last 10 minutes\">"
	    "<path class=\"grid\" d=\"M0 0H%d M0 %dH%d\" "
	    "vector-effect=\"non-scaling-stroke\"/>",
	    HISTORY_STEPS - 1, HEIGHT, label, HISTORY_STEPS - 1, HEIGHT / 2,
	    HISTORY_STEPS - 1);
	if (count > 1) {
		fprintf(out, "<polygon class=\"area\" points=\"%zu,%d ",
		    HISTORY_STEPS - count, HEIGHT);
		print_points(rates, count, scale, out);
		fprintf(out, "%d,%d\"/><polyline class=\"trace\" points=\"",
		    HISTORY_STEPS - 1, HEIGHT);
		print_points(rates, count, scale, out);
		fputs("\" vector-effect=\"non-scaling-stroke\"/>", out);
	}
	fputs("</svg>\n", out);
}

static void
print_graph(const char *label, const char *class, const double *rates, size_t count,
    uint64_t total, FILE *out)
{
	const double scale = scale_of(rates, count);

	fprintf(out,
	    "<section class=\"figure %s\"><h2>%s</h2>\n"
	    "<p class=\"big\">%.1f <small>per second</small></p>\n"
	    "<p class=\"ends\"><span><span id=\"%s\">",
	    class, label, count > 0 ? rates[count - 1] : 0, class);
	pagetext_number(out, total);
	fprintf(out, "</span> in all</span> <span>%g/s</span></p>\n", scale);
	print_picture(label, rates, count, scale, out);
	fputs("<p class=\"ends\"><span>10 min ago</span> <span>5 min</span> "
	      "<span>now</span></p></section>\n",
	    out);
}

int
pagegraph_print(const struct history *history, const struct stats_sums *sums, FILE *out)
{
	struct history_rates *rates = malloc(sizeof *rates);

	if (rates == NULL)
		return -1;
	history_read(history, rates);
	fputs("<div class=\"row\">\n", out);
	print_graph("Accepted", "accepted", rates->per_second[HISTORY_ACCEPTED],
	    rates->count, sums->accepted, out);
	print_graph("Answered", "answered", rates->per_second[HISTORY_ANSWERED],
	    rates->count, sums->done, out);
	print_graph("Failed", "failed", rates->per_second[HISTORY_FAILED], rates->count,
	    stats_failed(sums), out);
	fputs("</div>\n", out);
	free(rates);
	return 0;
}
