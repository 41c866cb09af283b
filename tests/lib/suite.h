/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SUITE_H
#define TLSD_TESTS_SUITE_H

/*
 * Shared by the test programs: the declaration of a file's tests, the main function
 * that runs them, and a temporary folder and texts for each test.
 *
 * A program runs all its tests, each in a process of its own. Its arguments select
 * tests by the names of suites or tests; --list prints the names of its suites. It exits
 * with 0 if all tests passed, 1 if a test failed, and 2 if an argument matches no name.
 * It exits with 77 if no test failed but a suite could not run here.
 */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* SUITE("name", TEST...) at the end of a file declares its tests. */
#define SUITE(name, ...) SUITE_IF(NULL, name, __VA_ARGS__)

/* Declares tests that are skipped if `lacks` returns a reason instead of NULL. */
#define SUITE_IF(lacks, name, ...) SUITE_DECLARE(__COUNTER__, lacks, name, __VA_ARGS__)

#define SUITE_DECLARE(number, ...) SUITE_CONSTRUCTOR(number, __VA_ARGS__)
#define SUITE_CONSTRUCTOR(number, lacks, name, ...)                            \
	__attribute__((constructor)) static void declare_suite_##number(void)  \
	{                                                                      \
		suite_declare(                                                 \
		    name, lacks, (const TTest *const[]){ __VA_ARGS__, NULL }); \
	}

/* Is called before main(). `name` must live as long as the process; the list is copied. */
void suite_declare(
    const char *name, const char *(*lacks)(void), const TTest *const *tests);

/* The argument `lacks` of SUITE_IF, for tests that a sanitizer's own malloc(3) would distort. */
const char *suite_lacks_own_memory(void);

/* True in a build with AddressSanitizer or ThreadSanitizer, which needs additional memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUITE_IS_SANITIZED true
#else
#define SUITE_IS_SANITIZED false
#endif

/* Time limit, in milliseconds, for an event that should happen at once: far more than
 * the slowest machine needs. */
enum { SUITE_PATIENCE_MS = 200000 };

/* suite_keep() returns a copy of the bytes with a NUL appended; suite_take() takes over
 * a text from malloc(3); suite_format() formats one. The results live until the process exits. */
const char *suite_keep(const char *text, size_t length);
const char *suite_take(char *text);
const char *suite_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns a new folder for this test; it is removed with its contents when the test's
 * process exits. */
const char *suite_folder(void);

/* Returns the path of `name` in suite_folder(); freed when the process exits. */
const char *suite_path(const char *name);

/* Writes `text` to the file `name` in suite_folder(). Returns its path. */
const char *suite_file(const char *name, const char *text);

#endif
