/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every Check binary shares. */
#include "suite.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/stringlist.h"

static char folder[64];
static pid_t folder_owner;
static struct stringlist texts;

int
suite_run(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;

	tcase_set_timeout(tcase, 300);
	for (; *tests != NULL; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
		strcpy(folder, "/tmp/tlsd-test.XXXXXX");
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
suite_path(const char *name)
{
	return suite_take(memory_format("%s/%s", suite_folder(), name));
}

const char *
suite_file(const char *name, const char *text)
{
	const char *path = suite_path(name);

	ck_assert_int_eq(file_write(path, text, strlen(text), 0600, FILE_REPLACE), 0);
	return path;
}
