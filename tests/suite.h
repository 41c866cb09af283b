/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SUITE_H
#define TLSD_TESTS_SUITE_H

/* What every Check binary shares: running its tests, and a folder for each of them. */

#include <check.h>

/* Runs the tests; main returns what this returns. */
#define SUITE_RUN(name, ...) \
	suite_run(name, (const TTest *const[]){ __VA_ARGS__, NULL })
int suite_run(const char *name, const TTest *const *tests);

/* A fresh folder of this test's own, removed with all in it when its process exits. */
const char *suite_folder(void);

/* The path of `name` in suite_folder(); freed when the process exits. */
const char *suite_path(const char *name);

/* Writes `text` to `name` in suite_folder() and returns its path. */
const char *suite_file(const char *name, const char *text);

#endif
