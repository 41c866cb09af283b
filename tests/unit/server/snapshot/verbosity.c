/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/snapshot/verbosity.h"

#include <string.h>

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "lib/suite.h"

/* Sets up `verbosity` from values as in the configuration. The caller frees `found`. */
static void
make(struct verbosity *verbosity, const char *levels, const char *quiet,
    struct findings *found)
{
	struct stringlist level_list = { 0 }, quiet_list = { 0 };

	findings_init(found);
	stringlist_split(&level_list, levels);
	stringlist_split(&quiet_list, quiet);
	verbosity_init(verbosity, &level_list, &quiet_list, found);
	stringlist_fini(&level_list);
	stringlist_fini(&quiet_list);
}

static void
expect(const struct verbosity *verbosity, enum failure failure, enum log_level level)
{
	enum log_level found;

	ck_assert(verbosity_level(verbosity, failure, &found));
	ck_assert_int_eq(found, level);
}

START_TEST(failure_classes_have_default_levels)
{
	struct verbosity verbosity;
	struct findings found;

	make(&verbosity, "", "", &found);
	ck_assert_uint_eq(found.count, 0);
	expect(&verbosity, FAILURE_NONE, LOG_LEVEL_INFO);
	expect(&verbosity, FAILURE_EARLY_CLOSE, LOG_LEVEL_INFO);
	expect(&verbosity, FAILURE_NOT_TLS, LOG_LEVEL_NOTICE);
	expect(&verbosity, FAILURE_INTERNAL, LOG_LEVEL_ERROR);
}
END_TEST

START_TEST(levels_can_be_chosen_and_lines_left_out)
{
	struct verbosity verbosity;
	struct findings found;
	enum log_level level;

	make(&verbosity, "done=debug, internal=warning", "early-close, killed", &found);
	ck_assert_uint_eq(found.count, 0);
	expect(&verbosity, FAILURE_NONE, LOG_LEVEL_DEBUG);
	expect(&verbosity, FAILURE_INTERNAL, LOG_LEVEL_WARNING);
	ck_assert(!verbosity_level(&verbosity, FAILURE_EARLY_CLOSE, &level));
	ck_assert(!verbosity_level(&verbosity, FAILURE_KILLED, &level));
	expect(&verbosity, FAILURE_NOT_TLS, LOG_LEVEL_NOTICE);
}
END_TEST

START_TEST(unknown_class_or_level_is_reported)
{
	static const struct {
		const char *levels, *quiet, *text;
	} cases[] = { { "nonsense=info", "",
			  "class-level: \"nonsense\" is not a class: " },
		{ "none=info", "", "class-level: \"none\" is not a class: " },
		{ "sni", "", "class-level: \"sni\" has no level: write sni=error, " },
		{ "sni=loud", "", "class-level: \"sni=loud\" has no level: " },
		{ "", "sni=info", "quiet: \"sni=info\" is not a class: " } };
	struct verbosity verbosity;
	struct findings found;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		make(&verbosity, cases[i].levels, cases[i].quiet, &found);
		ck_assert_uint_eq(found.errors, 1);
		ck_assert_ptr_eq(
		    strstr(found.items[0].text, cases[i].text), found.items[0].text);
		findings_fini(&found);
	}
}
END_TEST

SUITE("verbosity", failure_classes_have_default_levels,
    levels_can_be_chosen_and_lines_left_out, unknown_class_or_level_is_reported)
