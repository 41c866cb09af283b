/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main function and the helpers that all Check programs share. */
#include "lib/suite.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"

static char folder[64];
static pid_t folder_owner;
static struct stringlist texts;

/* Time limit of a test, in seconds; on a working machine a test ends long before. */
enum { TEST_SECONDS = 600, SUITE_MAX = 64 };

static struct suite {
	const char *name;
	const char *(*lacks)(void);
	const TTest **tests; /* NULL after the last */
} suites[SUITE_MAX];
static size_t suite_count;

void
suite_declare(const char *name, const char *(*lacks)(void), const TTest *const *tests)
{
	size_t count = 0;

	if (suite_count == SUITE_MAX)
		abort();
	while (tests[count] != NULL)
		count++;
	struct suite *suite = &suites[suite_count++];
	suite->name = name;
	suite->lacks = lacks;
	suite->tests = memory_new((count + 1) * sizeof *tests);
	memcpy(suite->tests, tests, (count + 1) * sizeof *tests);
}

const char *
suite_lacks_own_memory(void)
{
	return SUITE_IS_SANITIZED ? "a sanitizer brings a malloc(3) of its own" : NULL;
}

/* True if no name is given, or if the test or its suite is named. */
static bool
is_wanted(const struct suite *suite, const TTest *test, char *const *names)
{
	if (*names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strcmp(*names, suite->name) == 0 || strcmp(*names, test->name) == 0)
			return true;
	return false;
}

/* Returns the suite with its wanted tests only. */
static Suite *
choose_tests(const struct suite *suite, char *const *names)
{
	TCase *tcase = tcase_create(suite->name);
	Suite *chosen = suite_create(suite->name);

	tcase_set_timeout(tcase, TEST_SECONDS);
	suite_add_tcase(chosen, tcase);
	for (const TTest **test = suite->tests; *test != NULL; test++)
		if (is_wanted(suite, *test, names))
			tcase_add_test(tcase, *test);
	return chosen;
}

static bool
has_wanted(const struct suite *suite, char *const *names)
{
	for (const TTest **test = suite->tests; *test != NULL; test++)
		if (is_wanted(suite, *test, names))
			return true;
	return false;
}

/* Adds the wanted tests to the runner. Returns the number of suites that cannot run here. */
static int
fill(SRunner *runner, char *const *names, int *chosen)
{
	int lacking = 0;

	for (size_t i = 0; i < suite_count; i++) {
		if (!has_wanted(&suites[i], names))
			continue;
		++*chosen;
		const char *lack = suites[i].lacks != NULL ? suites[i].lacks() : NULL;
		if (lack == NULL) {
			srunner_add_suite(runner, choose_tests(&suites[i], names));
			continue;
		}
		printf("SKIPPED: %s: %s: NOTHING of it was tested here\n",
		    suites[i].name, lack);
		lacking++;
	}
	return lacking;
}

static int
run(char *const *names)
{
	SRunner *runner = srunner_create(NULL);
	int chosen = 0, failed = 0;
	int lacking = fill(runner, names, &chosen);

	if (chosen > lacking) {
		fflush(stdout);
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	srunner_free(runner);
	if (chosen == 0) {
		fputs("no suite and no test has that name\n", stderr);
		return 2;
	}
	if (failed != 0)
		return EXIT_FAILURE;
	return lacking != 0 ? 77 : EXIT_SUCCESS;
}

static void
forget_suites(void)
{
	for (size_t i = 0; i < suite_count; i++)
		free(suites[i].tests);
}

static int
list_suites(void)
{
	for (size_t i = 0; i < suite_count; i++)
		puts(suites[i].name);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	bool lists = argc == 2 && strcmp(argv[1], "--list") == 0;
	int status = lists ? list_suites() : run(argv + 1);

	forget_suites();
	return status;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
remove_folder(void)
{
	if (folder[0] != '\0' && folder_owner == getpid())
		nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
suite_folder(void)
{
	if (folder[0] == '\0') {
		const char *parent = getenv("TMPDIR");
		snprintf(folder, sizeof folder, "%s/tlsd-test.XXXXXX",
		    parent != NULL ? parent : "/tmp");
		ck_assert_ptr_nonnull(mkdtemp(folder));
		folder_owner = getpid();
		atexit(remove_folder);
	}
	return folder;
}

static void
free_texts(void)
{
	stringlist_fini(&texts);
}

const char *
suite_keep(const char *text, size_t length)
{
	if (texts.count == 0)
		atexit(free_texts);
	stringlist_add(&texts, text, length);
	return texts.items[texts.count - 1];
}

const char *
suite_take(char *text)
{
	const char *kept = suite_keep(text, strlen(text));

	free(text);
	return kept;
}

const char *
suite_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	return suite_take(text);
}

const char *
suite_path(const char *name)
{
	return suite_format("%s/%s", suite_folder(), name);
}

const char *
suite_file(const char *name, const char *text)
{
	const char *path = suite_path(name);

	ck_assert_int_eq(file_write(path, text, strlen(text), 0600, FILE_REPLACE), 0);
	return path;
}
