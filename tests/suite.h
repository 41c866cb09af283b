/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SUITE_H
#define TLSD_TESTS_SUITE_H

/* What every Check binary shares: running its tests, and a folder and texts for each. */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* Runs the tests; main returns what this returns. */
#define SUITE_RUN(name, ...) \
	suite_run(name, (const TTest *const[]){ __VA_ARGS__, NULL })
int suite_run(const char *name, const TTest *const *tests);

/* Whether this is a build whose sanitizer needs more than the programs themselves. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUITE_IS_SANITIZED true
#else
#define SUITE_IS_SANITIZED false
#endif

/* A copy of the bytes with a NUL behind, and a text from malloc(3) that is taken over; both
 * live until the process exits. */
const char *suite_keep(const char *text, size_t length);
const char *suite_take(char *text);

/* A fresh folder of this test's own, removed with all in it when its process exits. */
const char *suite_folder(void);

/* The path of `name` in suite_folder(); freed when the process exits. */
const char *suite_path(const char *name);

/* Writes `text` to `name` in suite_folder() and returns its path. */
const char *suite_file(const char *name, const char *text);

#endif
