/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and times on the page for browsers. */
#include "server/page/pagetext.h"

#include <inttypes.h>
#include <stddef.h>
#include <time.h>

#include "base/text/html.h"

void
pagetext_number(FILE *out, uint64_t number)
{
	uint64_t group = 1;

	while (number / group >= 1000)
		group *= 1000;
	fprintf(out, "%" PRIu64, number / group);
	for (; group > 1; group /= 1000)
		fprintf(out, ",%03" PRIu64, number % group / (group / 1000));
}

void
pagetext_cell(FILE *out, const char *label, uint64_t number)
{
	fprintf(out, "<td class=\"n\" data-label=\"%s\">", label);
	pagetext_number(out, number);
	fputs("</td>", out);
}

void
pagetext_text_cell(FILE *out, const char *label, const char *text)
{
	fprintf(out, "<td data-label=\"%s\">", label);
	html_print(out, text);
	fputs("</td>", out);
}

void
pagetext_moment(FILE *out, int64_t when)
{
	char machine[32], human[32];
	time_t seconds = when;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", &utc);
	strftime(human, sizeof human, "%Y-%m-%d %H:%M:%S UTC", &utc);
	fprintf(out, "<time datetime=\"%s\">%s</time>", machine, human);
}

void
pagetext_duration(FILE *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	const size_t last = sizeof units / sizeof units[0] - 1;
	size_t unit = 0;

	if (seconds < 0)
		seconds = 0;
	while (unit < last && seconds < units[unit].seconds)
		unit++;
	fprintf(out, "%" PRId64 " %s", seconds / units[unit].seconds, units[unit].name);
	if (unit < last)
		fprintf(out, " %" PRId64 " %s",
		    seconds % units[unit].seconds / units[unit + 1].seconds,
		    units[unit + 1].name);
}
