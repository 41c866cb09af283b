/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page for browsers. */
#include "server/page/statuspage.h"

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/text/text.h"
#include "server/connection/stats.h"
#include "server/page/pageassets.h"
#include "server/page/pageattention.h"
#include "server/page/pagecertificates.h"
#include "server/page/pagefailures.h"
#include "server/page/pagegraph.h"
#include "server/page/pagephases.h"
#include "server/page/pageservices.h"
#include "server/page/pagetext.h"
#include "server/report/serverinfo.h"
#include "server/snapshot/snapshot.h"
#include "tls/digest.h"
#include "tls/library.h"

#define BAR_WIDTH 1000

/* The state in words, and the class of its colour. */
static const struct {
	const char *word, *class, *meaning;
} states[] = {
	[SERVERINFO_RUNNING] = { "Running", "good", "" },
	[SERVERINFO_DRAINING] = { "Draining", "warn",
	    "load balancers are asked for no more clients" },
	[SERVERINFO_STOPPING] = { "Stopping", "bad",
	    "no client is accepted, and connections finish" },
};

/* The data that the parts of one page share. */
struct page {
	const struct serverinfo *serverinfo;
	const struct snapshot *snapshot;
	enum serverinfo_state state;
	struct stats_sums sums;
	struct pagecertificates certificates;
	char *problems; /* items of a list */
	size_t problems_size;
	int problem_count;
};

int
statuspage_print_policy(FILE *out)
{
	char style[DIGEST_TEXT_SIZE], script[DIGEST_TEXT_SIZE];

	if (digest_sha256(pageassets_style, sizeof pageassets_style, style) < 0 ||
	    digest_sha256(pageassets_script, sizeof pageassets_script, script) < 0)
		return -1;
	fprintf(out,
	    "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; "
	    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'none'",
	    style, script);
	return 0;
}

/* Prints the head. Without scripts, the page renews itself more slowly, because it jumps then. */
static void
print_head(const struct page *page, FILE *out)
{
	const uint64_t count = (uint64_t)page->problem_count;

	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>\n",
	    out);
	fprintf(out, "<title>%s", states[page->state].word);
	if (count > 0)
		fprintf(out, ", %" PRIu64 " problem%s", count, text_plural(count));
	fputs(" \xe2\x80\x93 tlsd</title>\n<style>", out);
	fwrite(pageassets_style, 1, sizeof pageassets_style, out);
	fputs("</style>\n</head>\n<body>\n<p id=\"notice\" role=\"alert\" hidden></p>\n"
	      "<main>\n",
	    out);
}

/* Prints a moment and how long ago it was. */
static void
print_since(const char *label, int64_t when, FILE *out)
{
	fprintf(out, "<div><dt>%s</dt><dd>", label);
	pagetext_moment(out, when);
	fputs(", ", out);
	pagetext_duration(out, (int64_t)time(NULL) - when);
	fputs(" ago</dd></div>\n", out);
}

static void
print_facts(const struct page *page, FILE *out)
{
	const uint64_t reloads = serverinfo_reloads(page->serverinfo);

	fputs("<dl class=\"facts\">\n", out);
	print_since("Started", serverinfo_started(page->serverinfo), out);
	print_since("Configuration loaded", snapshot_time(page->snapshot), out);
	fprintf(out,
	    "<div><dt>Reloads</dt><dd>%" PRIu64 ", and %" PRIu64
	    " failed</dd></div>\n<div><dt>Process</dt><dd>%ld</dd></div>\n</dl>\n",
	    reloads, serverinfo_failed_reloads(page->serverinfo), (long)getpid());
}

static void
print_top(const struct page *page, FILE *out)
{
	fprintf(out,
	    "<header><h1>tlsd <span id=\"state\" class=\"%s\">\xe2\x97\x8f "
	    "%s</span></h1>\n<p class=\"soft\">tlsd %s, ",
	    states[page->state].class, states[page->state].word, PACKAGE_VERSION);
	library_print(out);
	fputs("</p></header>\n", out);
	if (states[page->state].meaning[0] != '\0')
		fprintf(out, "<p>%s: %s.</p>\n", states[page->state].word,
		    states[page->state].meaning);
	print_facts(page, out);
}

static void
print_problems(const struct page *page, FILE *out)
{
	if (page->problem_count == 0)
		return;
	fputs("<section id=\"attention\"><h2 class=\"warn\">\xe2\x96\xb2 Needs "
	      "attention</h2>\n<ul>\n",
	    out);
	fwrite(page->problems, 1, page->problems_size, out);
	fputs("</ul></section>\n", out);
}

static void
print_figure(
    const char *label, const char *id, uint64_t number, const char *words, FILE *out)
{
	fprintf(out,
	    "<section class=\"figure\"><h2>%s</h2>\n<p class=\"big\" id=\"%s\">", label,
	    id);
	pagetext_number(out, number);
	fprintf(out, "</p>\n<p class=\"soft\">%s</p></section>\n", words);
}

static void
print_workers(const struct page *page, FILE *out)
{
	const uint64_t busy = serverinfo_busy(page->serverinfo, &page->sums);
	const uint64_t all = serverinfo_workers(page->serverinfo);

	fputs("<section class=\"figure\"><h2>Workers</h2>\n<p class=\"big\">", out);
	pagetext_number(out, busy);
	fputs(" <small>of ", out);
	pagetext_number(out, all);
	fprintf(out,
	    "</small></p>\n<p class=\"soft\">busy</p>\n"
	    "<svg class=\"bar\" viewBox=\"0 0 %d 1\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\"><rect class=\"rail\" width=\"%d\" height=\"1\"/>"
	    "<rect class=\"fill\" width=\"%" PRIu64 "\" height=\"1\"/></svg>"
	    "</section>\n",
	    BAR_WIDTH, BAR_WIDTH, busy * BAR_WIDTH / all);
}

static void
print_figures(const struct page *page, FILE *out)
{
	fputs("<div class=\"row narrow\">\n", out);
	print_figure("Active", "active", stats_active(&page->sums),
	    "connections are not over yet", out);
	print_workers(page, out);
	print_figure("Queue", "queue", stats_queued(&page->sums),
	    "connections wait for a free worker", out);
	fputs("</div>\n", out);
}

static void
print_end(FILE *out)
{
	fputs("<footer>As of ", out);
	pagetext_moment(out, time(NULL));
	fputs(". Totals count since the start; graphs leave out the clients of status, "
	      "metrics and agent.</footer>\n</main>\n<script>",
	    out);
	fwrite(pageassets_script, 1, sizeof pageassets_script, out);
	fputs("</script>\n</body>\n</html>\n", out);
}

/* Prints the page of the data that has been collected. */
static int
print_parts(const struct page *page, FILE *out)
{
	print_head(page, out);
	print_top(page, out);
	print_problems(page, out);
	print_figures(page, out);
	if (pagegraph_print(serverinfo_history(page->serverinfo), &page->sums, out) < 0)
		return -1;
	pagephases_print(&page->sums, out);
	pageservices_print(page->serverinfo, page->snapshot, out);
	pagecertificates_print(&page->certificates, out);
	fputs("<div class=\"row halves\">\n", out);
	pagefailures_print(&page->sums, out);
	pagephases_print_slowest(serverinfo_stats(page->serverinfo), out);
	fputs("</div>\n", out);
	pagefailures_print_remedies(&page->sums, out);
	print_end(out);
	return 0;
}

/* Collects the problems, because the title has their number. */
static int
collect_problems(struct page *page)
{
	FILE *out = open_memstream(&page->problems, &page->problems_size);

	if (out == NULL)
		return -1;
	page->problem_count = pageattention_print(
	    page->serverinfo, page->snapshot, &page->certificates, &page->sums, out);
	int error = ferror(out);
	return fclose(out) == 0 && error == 0 ? 0 : -1;
}

int
statuspage_print(const struct serverinfo *serverinfo, FILE *out)
{
	struct snapshot *snapshot = serverinfo_snapshot(serverinfo);
	struct page page = { .serverinfo = serverinfo,
		.snapshot = snapshot,
		.state = serverinfo_state(serverinfo) };

	stats_sum(serverinfo_stats(serverinfo), &page.sums);
	int result = pagecertificates_collect(snapshot, &page.certificates);
	if (result == 0)
		result = collect_problems(&page);
	if (result == 0)
		result = print_parts(&page, out);
	free(page.problems);
	free(page.certificates.items);
	snapshot_drop(snapshot);
	return result;
}
