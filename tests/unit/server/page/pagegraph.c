/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/page/pagegraph.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "lib/virtualtime.h"
#include "server/connection/stats.h"
#include "server/report/history.h"

static struct stats *stats;
static struct history *history;

static void
set_up(void)
{
	virtualtime_start(1, NULL);
	stats = stats_new(1);
	history = history_new(stats);
}

static void
tear_down(void)
{
	history_free(history);
	stats_free(stats);
	virtualtime_end();
}

/* Counts so many connections in the next step. */
static void
accept_in_step(int count)
{
	for (int i = 0; i < count; i++)
		tally_accept(stats_clients(stats));
	history_turn(history);
	virtualtime_pass(HISTORY_STEP_MS);
	history_turn(history);
}

static const char *
print(void)
{
	struct stats_sums sums = { 0 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tally_add_to(stats_clients(stats), &sums);
	ck_assert_int_eq(pagegraph_print(history, &sums, out), 0);
	fclose(out);
	return suite_take(text);
}

START_TEST(line_ends_now_and_its_scale_is_a_round_number)
{
	set_up();
	accept_in_step(4);
	accept_in_step(14);
	accept_in_step(6);
	const char *page = print();
	ck_assert_ptr_nonnull(strstr(page, "points=\"297,48.0 298,18.0 299,42.0 \""));
	ck_assert_ptr_nonnull(strstr(page, "<span>10/s</span>"));
	ck_assert_ptr_nonnull(strstr(page, "<p class=\"big\">3.0 <small>per second"));
	ck_assert_ptr_nonnull(strstr(page, "<span id=\"accepted\">24</span> in all"));
	tear_down();
}
END_TEST

START_TEST(level_part_of_a_line_needs_two_points)
{
	set_up();
	for (int i = 0; i < 5; i++)
		accept_in_step(0);
	ck_assert_ptr_nonnull(strstr(print(), "points=\"295,60.0 299,60.0 \""));
	tear_down();
}
END_TEST

START_TEST(graph_is_empty_at_the_start)
{
	set_up();
	const char *page = print();
	ck_assert_ptr_null(strstr(page, "points"));
	ck_assert_ptr_nonnull(strstr(page, "<span>1/s</span>"));
	tear_down();
}
END_TEST

SUITE("pagegraph", line_ends_now_and_its_scale_is_a_round_number,
    level_part_of_a_line_needs_two_points, graph_is_empty_at_the_start)
