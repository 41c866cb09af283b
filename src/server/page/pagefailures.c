/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The failures on the page for browsers. */
#include "server/page/pagefailures.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text/html.h"
#include "server/connection/stats.h"
#include "server/page/pagetext.h"

static uint64_t
count_of(const struct stats_sums *sums, int failure)
{
	return sums->handshake_failures[failure] + sums->answer_failures[failure];
}

/* Returns the class with the most failures among those with less than class `before`, or with as
 * many and a higher number. FAILURE_NONE is the first `before`, and the result if none is left. */
static int
next_class(const struct stats_sums *sums, int before)
{
	const uint64_t limit =
	    before == FAILURE_NONE ? UINT64_MAX : count_of(sums, before);
	int best = FAILURE_NONE;

	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++) {
		const uint64_t count = count_of(sums, i);
		bool follows = count < limit || (count == limit && i > before);
		bool leads = best == FAILURE_NONE || count > count_of(sums, best);
		if (count > 0 && follows && leads)
			best = i;
	}
	return best;
}

static void
print_class(const struct stats_sums *sums, int failure, FILE *out)
{
	const char *name = failure_name((enum failure)failure);

	fprintf(out, "<tr><th scope=\"row\"><a id=\"to-%s\" href=\"#%s\">%s</a></th>",
	    name, name, name);
	pagetext_cell(out, "In the handshake", sums->handshake_failures[failure]);
	pagetext_cell(out, "After it", sums->answer_failures[failure]);
	fputs("</tr>\n", out);
}

void
pagefailures_print(const struct stats_sums *sums, FILE *out)
{
	const int first = next_class(sums, FAILURE_NONE);

	fputs("<section id=\"failures\"><h2>Failures by class</h2>\n", out);
	if (first == FAILURE_NONE) {
		fputs(
		    "<p class=\"soft\">No connection has failed.</p></section>\n", out);
		return;
	}
	fputs("<table><thead><tr><th scope=\"col\">Class</th>"
	      "<th scope=\"col\" class=\"n\">In the handshake</th>"
	      "<th scope=\"col\" class=\"n\">After it</th></tr></thead><tbody>\n",
	    out);
	for (int i = first; i != FAILURE_NONE; i = next_class(sums, i))
		print_class(sums, i, out);
	fputs("</tbody></table></section>\n", out);
}

static void
print_remedy(int failure, FILE *out)
{
	const char *name = failure_name((enum failure)failure);

	fprintf(out, "<div><dt id=\"%s\">%s</dt><dd>", name, name);
	html_print(out, failure_remedy((enum failure)failure));
	fputs("</dd></div>\n", out);
}

void
pagefailures_print_remedies(const struct stats_sums *sums, FILE *out)
{
	const int first = next_class(sums, FAILURE_NONE);

	if (first == FAILURE_NONE)
		return;
	fputs("<section id=\"remedies\"><h2>Causes and remedies</h2>\n"
	      "<p class=\"soft\">The log has the reason of each failure, and tlsd(8) "
	      "has more about the classes.</p>\n<dl class=\"remedies\">\n",
	    out);
	for (int i = first; i != FAILURE_NONE; i = next_class(sums, i))
		print_remedy(i, out);
	fputs("</dl></section>\n", out);
}
