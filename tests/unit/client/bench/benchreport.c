/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/bench/benchreport.h"

#include <stdlib.h>
#include <string.h>

#include "client/bench/benchrun.h"
#include "client/options/options.h"
#include "lib/suite.h"

#define NS_PER_S 1000000000

/* Returns the report of a slow server to which connections failed in every way; the caller frees
 * it. */
static char *
report(void)
{
	static struct benchrun_outcome outcome;
	struct options options = { .target.text = (char[]){ "localhost:4433" },
		.load.concurrency = 4096 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	memset(&outcome, 0, sizeof outcome);
	outcome.elapsed_ns = 3600LL * NS_PER_S;
	for (int i = 0; i < BENCHTALLY_CLASSES; i++)
		outcome.tally.ended[i] = 1000000;
	for (int i = 1; i <= 10; i++)
		histogram_add(&outcome.tally.first, 10000000);
	histogram_add(&outcome.tally.first, 99LL * NS_PER_S);
	histogram_add(&outcome.tally.total, 99LL * NS_PER_S);
	benchreport_print(out, &options, &outcome);
	fclose(out);
	return text;
}

START_TEST(slow_and_failing_server_fits_into_eighty_columns)
{
	char *text = report();

	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		ck_assert_msg(strcspn(line, "\n") <= 80, "%s", line);
	ck_assert_ptr_nonnull(strstr(text, "\n             "));
	ck_assert_ptr_nonnull(strstr(text, " 1000000\nbytes "));
	free(text);
}
END_TEST

START_TEST(times_have_three_significant_digits)
{
	char *text = report();

	ck_assert_ptr_nonnull(strstr(text, "first byte   p50 9.99 ms, p90 "));
	ck_assert_ptr_nonnull(strstr(text, ", p99.9 99000 ms, max 99000"));
	free(text);
}
END_TEST

SUITE("benchreport", slow_and_failing_server_fits_into_eighty_columns,
    times_have_three_significant_digits)
