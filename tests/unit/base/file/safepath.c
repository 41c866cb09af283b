/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file/safepath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/suite.h"

static char error[512];

static int
check(const char *path)
{
	return safepath_check_folder(path, geteuid(), getegid(), error, sizeof error);
}

START_TEST(a_folder_of_ones_own_below_a_sticky_one_is_safe)
{
	ck_assert_msg(check(suite_path("x")) == 0, "%s", error);
	ck_assert_msg(check("/x") == 0, "%s", error);
}
END_TEST

START_TEST(a_folder_above_counts_too)
{
	ck_assert_int_eq(mkdir(suite_path("a"), 0700), 0);
	ck_assert_int_eq(mkdir(suite_path("a/b"), 0700), 0);
	ck_assert_int_eq(check(suite_path("a/b/x")), 0);
	ck_assert_int_eq(chmod(suite_path("a"), 0777), 0);
	ck_assert_int_eq(check(suite_path("a/b/x")), -1);
	ck_assert_ptr_nonnull(strstr(error, "/a: is writable for others"));
	ck_assert_int_eq(chmod(suite_path("a"), 01777), 0);
	ck_assert_int_eq(check(suite_path("a/b/x")), 0);
	ck_assert_int_eq(check(suite_path("a/x")), -1);
}
END_TEST

START_TEST(a_link_on_the_way_counts_too)
{
	ck_assert_int_eq(mkdir(suite_path("safe"), 0700), 0);
	ck_assert_int_eq(mkdir(suite_path("open"), 0700), 0);
	ck_assert_int_eq(symlink(suite_path("safe"), suite_path("open/link")), 0);
	ck_assert_int_eq(check(suite_path("open/link/x")), 0);
	ck_assert_int_eq(chmod(suite_path("open"), 0777), 0);
	ck_assert_int_eq(check(suite_path("open/link/x")), -1);
	ck_assert_ptr_nonnull(strstr(error, "/open: is writable for others"));
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_explained)
{
	ck_assert_int_eq(check(suite_path("none/x")), -1);
	ck_assert_ptr_nonnull(strstr(error, "/none: No such file"));
}
END_TEST

static void
expect_resolved(const char *path, const char *expected)
{
	char *real = safepath_resolve(path);

	ck_assert_ptr_nonnull(real);
	ck_assert_str_eq(real, expected);
	free(real);
}

START_TEST(links_of_ones_own_are_followed)
{
	ck_assert_int_eq(symlink("second", suite_path("first")), 0);
	ck_assert_int_eq(symlink(suite_path("file"), suite_path("second")), 0);
	expect_resolved(suite_path("first"), suite_path("file"));
	suite_file("file", "");
	expect_resolved(suite_path("first"), suite_path("file"));
	expect_resolved(suite_path("file"), suite_path("file"));
	ck_assert_int_eq(chdir(suite_folder()), 0);
	expect_resolved("none", "none");
}
END_TEST

START_TEST(a_loop_of_links_is_an_error)
{
	ck_assert_int_eq(symlink("loop", suite_path("loop")), 0);
	ck_assert_ptr_null(safepath_resolve(suite_path("loop")));
	ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(a_link_of_another_user_is_not_followed)
{
	if (geteuid() != 0) {
		fputs("SKIPPED: only root can give a link away\n", stderr);
		return;
	}
	ck_assert_int_eq(symlink("file", suite_path("link")), 0);
	ck_assert_int_eq(lchown(suite_path("link"), 4711, 4711), 0);
	ck_assert_ptr_null(safepath_resolve(suite_path("link")));
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(
	    safepath_open(suite_path("link"), O_WRONLY | O_CREAT, 0600), -1);
	ck_assert_int_eq(access(suite_path("file"), F_OK), -1);
}
END_TEST

START_TEST(a_folder_on_the_way_that_is_a_link_of_another_user_is_not_entered)
{
	const char *path = suite_path("link/file");

	if (geteuid() != 0) {
		fputs("SKIPPED: only root can give a link away\n", stderr);
		return;
	}
	ck_assert_int_eq(mkdir(suite_path("folder"), 0700), 0);
	ck_assert_int_eq(symlink("folder", suite_path("link")), 0);
	int fd = safepath_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(unlink(suite_path("folder/file")), 0);
	ck_assert_int_eq(lchown(suite_path("link"), 4711, 4711), 0);
	ck_assert_int_eq(safepath_open(path, O_WRONLY | O_CREAT, 0600), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(access(suite_path("folder/file"), F_OK), -1);
}
END_TEST

static void
expect_opened(const char *path, const char *file)
{
	struct stat opened, expected;
	int fd = safepath_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "%s: %m", path);
	ck_assert_int_eq(fstat(fd, &opened), 0);
	ck_assert_int_eq(stat(file, &expected), 0);
	ck_assert_uint_eq(opened.st_ino, expected.st_ino);
	close(fd);
}

START_TEST(safepath_opens_the_file_that_the_kernel_would_open)
{
	const char *file = suite_file("file", "");

	ck_assert_int_eq(chdir(suite_folder()), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(symlink("../file", "folder/relative"), 0);
	ck_assert_int_eq(symlink(file, "absolute"), 0);
	ck_assert_int_eq(symlink("folder/..//", "here"), 0);
	ck_assert_int_eq(symlink("here/here", "again"), 0);
	expect_opened("file", file);
	expect_opened(file, file);
	expect_opened("./folder//relative", file);
	expect_opened("absolute", file);
	expect_opened("again/folder/../here/absolute", file);
	expect_opened("/proc/self/cwd/again/file", file);
	ck_assert_int_eq(symlink("new", "dangling"), 0);
	expect_opened("dangling", "new");
	ck_assert_int_eq(symlink("loop", "loop"), 0);
	ck_assert_int_eq(safepath_open("loop/file", O_WRONLY, 0), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(safepath_open("none/file", O_WRONLY, 0), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(safepath_open("file/file", O_WRONLY, 0), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(safepath_open("", O_WRONLY, 0), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(the_root_can_be_opened_also_by_a_link)
{
	struct stat opened, root;

	ck_assert_int_eq(stat("/", &root), 0);
	ck_assert_int_eq(symlink("/", suite_path("top")), 0);
	const char *const paths[] = { "/", "//", suite_path("top"),
		suite_path("top/") };
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		int fd = safepath_open(paths[i], O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		ck_assert_msg(fd >= 0, "%s: %m", paths[i]);
		ck_assert_int_eq(fstat(fd, &opened), 0);
		ck_assert_uint_eq(opened.st_ino, root.st_ino);
		close(fd);
	}
}
END_TEST

START_TEST(a_part_of_a_path_is_never_cut)
{
	char part[400];

	ck_assert_int_eq(chdir(suite_folder()), 0);
	memset(part, 'a', sizeof part);
	part[255] = '\0';
	expect_opened(part, part);
	for (size_t size = 256; size < sizeof part; size++) {
		part[size - 1] = 'a';
		part[size] = '\0';
		ck_assert_int_eq(safepath_open(part, O_RDONLY, 0), -1);
		ck_assert_int_eq(errno, ENAMETOOLONG);
	}
}
END_TEST

START_TEST(standard_output_can_be_opened_by_its_name)
{
	int fd = safepath_open("/proc/self/fd/1", O_WRONLY | O_APPEND, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

SUITE("safepath", a_folder_of_ones_own_below_a_sticky_one_is_safe,
    a_folder_above_counts_too, a_link_on_the_way_counts_too,
    a_folder_that_is_not_there_is_explained, links_of_ones_own_are_followed,
    a_loop_of_links_is_an_error, a_link_of_another_user_is_not_followed,
    a_folder_on_the_way_that_is_a_link_of_another_user_is_not_entered,
    safepath_opens_the_file_that_the_kernel_would_open,
    the_root_can_be_opened_also_by_a_link, a_part_of_a_path_is_never_cut,
    standard_output_can_be_opened_by_its_name)
