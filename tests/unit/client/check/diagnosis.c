/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/check/diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "base/text/terminal.h"
#include "lib/suite.h"

/* Returns a diagnosis with one symptom of each severity, the worst in the middle. */
static struct diagnosis
examine(void)
{
	struct diagnosis diagnosis = { .target = "localhost:1" };

	diagnosis_add(&diagnosis, SEVERITY_OK, "trust", NULL, "is trusted");
	diagnosis_add(&diagnosis, SEVERITY_WARNING, "version", "switch it off",
	    "TLS 1.0 is offered");
	diagnosis_add(
	    &diagnosis, SEVERITY_FAIL, "dates", "renew it", "expired long ago");
	diagnosis_add(&diagnosis, SEVERITY_NOTE, "alpn", NULL, "none");
	return diagnosis;
}

/* Returns the text for a terminal of 40 columns. The caller frees it. */
static char *
show(bool quiet, bool colours)
{
	struct diagnosis diagnosis = examine();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	diagnosis_show(&diagnosis, quiet, 40, colours, out);
	fclose(out);
	diagnosis_fini(&diagnosis);
	return text;
}

START_TEST(nouns_agree_with_their_numbers)
{
	struct diagnosis diagnosis = examine();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	diagnosis_print(&diagnosis, true, out);
	diagnosis_add(&diagnosis, SEVERITY_NOTE, "ocsp", NULL, "none");
	diagnosis_print(&diagnosis, true, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, ": 1 failed, 1 warning, 1 note; dates: "));
	ck_assert_ptr_nonnull(strstr(text, ": 1 failed, 1 warning, 2 notes; dates: "));
	diagnosis_fini(&diagnosis);
	free(text);
}
END_TEST

START_TEST(terminal_shows_groups_from_the_worst_to_the_best)
{
	char *text = show(false, false);

	ck_assert_str_eq(text, "TLS CRITICAL - localhost:1: 1 failed, 1\n"
			       "    warning, 1 note; dates: expired long\n"
			       "    ago\n"
			       "\n"
			       "fail     dates          expired long ago\n"
			       "                        > renew it\n"
			       "\n"
			       "warning  version        TLS 1.0 is\n"
			       "                        offered\n"
			       "                        > switch it off\n"
			       "\n"
			       "note     alpn           none\n"
			       "\n"
			       "ok       trust          is trusted\n");
	free(text);
}
END_TEST

START_TEST(quiet_terminal_shows_warnings_and_failures_only)
{
	char *text = show(true, false);

	ck_assert_ptr_nonnull(strstr(text, "\nwarning  version "));
	ck_assert_ptr_null(strstr(text, "\nnote "));
	ck_assert_ptr_null(strstr(text, "\nok "));
	free(text);
}
END_TEST

START_TEST(each_severity_has_its_colour)
{
	char *text = show(false, true);

	ck_assert_ptr_nonnull(strstr(text, TERMINAL_RED "TLS CRITICAL"));
	ck_assert_ptr_nonnull(
	    strstr(text, TERMINAL_RED "fail    " TERMINAL_PLAIN " dates "));
	ck_assert_ptr_nonnull(strstr(text, TERMINAL_YELLOW "warning "));
	ck_assert_ptr_nonnull(strstr(text, TERMINAL_CYAN "note "));
	ck_assert_ptr_nonnull(strstr(text, TERMINAL_GREEN "ok "));
	free(text);
}
END_TEST

SUITE("diagnosis", nouns_agree_with_their_numbers,
    terminal_shows_groups_from_the_worst_to_the_best,
    quiet_terminal_shows_warnings_and_failures_only, each_severity_has_its_colour)
