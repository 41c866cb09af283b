/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SUITE_H
#define TLSD_TESTS_SUITE_H

/*
 * Shared by the test programs: the declaration of a file's tests, the main function that runs
 * them, and a folder and texts for each test.
 *
 * A program runs all tests of its files, each in a process of its own; with arguments, those
 * of the suites and the tests that are named so, and with --list it prints the names of its
 * suites. It exits 0 if all passed, 1 if one failed, 2
 * if an argument names nothing, and 77 if none failed but a suite could not run here.
 */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* SUITE("name", TEST...) at the end of a file declares its tests. */
#define SUITE(name, ...) SUITE_IF(NULL, name, __VA_ARGS__)

/* The same, but the tests are skipped if `lacks` returns a reason instead of NULL. */
#define SUITE_IF(lacks, name, ...) SUITE_DECLARE(__COUNTER__, lacks, name, __VA_ARGS__)

#define SUITE_DECLARE(number, ...) SUITE_CONSTRUCTOR(number, __VA_ARGS__)
#define SUITE_CONSTRUCTOR(number, lacks, name, ...)                            \
	__attribute__((constructor)) static void declare_suite_##number(void)  \
	{                                                                      \
		suite_declare(                                                 \
		    name, lacks, (const TTest *const[]){ __VA_ARGS__, NULL }); \
	}

/* Called before main(); `name` lives as long as the process, the list is copied. */
void suite_declare(
    const char *name, const char *(*lacks)(void), const TTest *const *tests);

/* SUITE_IF's `lacks` where a sanitizer takes more than the programs themselves. */
const char *suite_lacks_own_memory(void);

/* Whether this is a build whose sanitizer needs more than the programs themselves. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUITE_IS_SANITIZED true
#else
#define SUITE_IS_SANITIZED false
#endif

/* Milliseconds that a test waits for what should happen at once: far more than the slowest machine
 * needs. */
enum { SUITE_PATIENCE_MS = 200000 };

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
