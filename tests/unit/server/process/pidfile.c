/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/process/pidfile.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file/file.h"
#include "lib/suite.h"

static char error[256];

static void
assert_holds_pid(const char *path, pid_t pid)
{
	char *data, expected[32];
	size_t size;

	snprintf(expected, sizeof expected, "%ld\n", (long)pid);
	ck_assert_int_eq(file_read(path, 100, &data, &size), 0);
	ck_assert_str_eq(data, expected);
	free(data);
}

START_TEST(pid_file_holds_the_process_id_until_it_is_closed)
{
	const char *path = suite_path("pid");
	struct pidfile *pidfile = pidfile_open(path, error, sizeof error);

	ck_assert_ptr_nonnull(pidfile);
	assert_holds_pid(path, getpid());
	pidfile_close(pidfile);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(second_holder_is_refused_with_the_pid_of_the_first)
{
	const char *path = suite_path("pid");
	char pid[32];
	struct pidfile *first = pidfile_open(path, error, sizeof error);

	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	ck_assert_ptr_nonnull(strstr(error, pid));
	assert_holds_pid(path, getpid());
	pidfile_close(first);
	struct pidfile *second = pidfile_open(path, error, sizeof error);
	ck_assert_ptr_nonnull(second);
	pidfile_close(second);
}
END_TEST

START_TEST(stale_pid_file_is_reused)
{
	const char *path = suite_file("pid", "4194304 and some longer rubbish\n");
	struct pidfile *pidfile = pidfile_open(path, error, sizeof error);

	ck_assert_ptr_nonnull(pidfile);
	assert_holds_pid(path, getpid());
	pidfile_close(pidfile);
}
END_TEST

START_TEST(the_lock_ends_with_a_killed_process)
{
	const char *path = suite_path("pid");
	int ends[2];
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		char text[64];
		bool opened = pidfile_open(path, text, sizeof text) != NULL;
		_exit(write(ends[1], opened ? "y" : "n", 1) == 1 && pause() == 0);
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'y');
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_holds_pid(path, child);
	struct pidfile *pidfile = pidfile_open(path, error, sizeof error);
	ck_assert_ptr_nonnull(pidfile);
	pidfile_close(pidfile);
}
END_TEST

START_TEST(a_path_that_cannot_be_written_is_explained)
{
	ck_assert_ptr_null(pidfile_open("/nonexistent/pid", error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "/nonexistent/pid: No such file"));
	ck_assert_ptr_null(pidfile_open(suite_folder(), error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "directory"));
}
END_TEST

START_TEST(a_symbolic_link_is_not_followed)
{
	const char *target = suite_file("precious", "data");
	const char *path = suite_path("pid");

	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
}
END_TEST

START_TEST(lent_pid_file_stays_and_is_adopted_with_its_lock)
{
	const char *path = suite_path("pid");
	struct pidfile *old = pidfile_open(path, error, sizeof error);
	struct pidfile *new = pidfile_adopt(dup(pidfile_fd(old)), path);

	ck_assert_ptr_nonnull(new);
	pidfile_lend(old, getppid());
	assert_holds_pid(path, getppid());
	pidfile_close(old);
	assert_holds_pid(path, getppid());
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	ck_assert_int_eq(pidfile_own(new), 0);
	assert_holds_pid(path, getpid());
	pidfile_close(new);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(file_lent_to_an_unknown_process_still_names_the_lender)
{
	const char *path = suite_path("pid");
	struct pidfile *old = pidfile_open(path, error, sizeof error);

	pidfile_lend(old, 0);
	pidfile_close(old);
	assert_holds_pid(path, getpid());
}
END_TEST

START_TEST(closing_an_adopted_pid_file_before_owning_it_leaves_it)
{
	const char *path = suite_path("pid");
	struct pidfile *old = pidfile_open(path, error, sizeof error);

	pidfile_close(pidfile_adopt(dup(pidfile_fd(old)), path));
	assert_holds_pid(path, getpid());
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	pidfile_close(old);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(another_file_is_not_adopted)
{
	struct pidfile *old = pidfile_open(suite_path("pid"), error, sizeof error);

	ck_assert_ptr_null(pidfile_adopt(pidfile_fd(old), suite_file("other", "1\n")));
	ck_assert_ptr_null(pidfile_adopt(pidfile_fd(old), suite_path("none")));
	pidfile_close(old);
}
END_TEST

START_TEST(only_the_owner_can_open_the_file)
{
	const char *path = suite_file("pid", "4194304\n");
	struct stat st;

	ck_assert_int_eq(chmod(path, 0644), 0); /* left by an older tlsd */
	struct pidfile *pidfile = pidfile_open(path, error, sizeof error);
	ck_assert_ptr_nonnull(pidfile);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	pidfile_close(pidfile);
}
END_TEST

START_TEST(a_file_with_a_second_name_is_not_written)
{
	const char *path = suite_path("pid"), *victim = suite_file("victim", "data");
	char *data;
	size_t size;

	ck_assert_int_eq(link(victim, path), 0);
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "remove it"));
	ck_assert_int_eq(file_read(victim, 100, &data, &size), 0);
	ck_assert_str_eq(data, "data");
	free(data);
}
END_TEST

START_TEST(a_file_of_another_user_is_not_written)
{
	const char *path = suite_file("pid", "");

	if (geteuid() != 0) {
		fputs("SKIPPED: only root can give a file away\n", stderr);
		return;
	}
	ck_assert_int_eq(chown(path, 4711, 4711), 0);
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "belongs to another user"));
}
END_TEST

START_TEST(process_that_locked_the_pid_file_is_named)
{
	const char *path = suite_file("pid", "");
	char expected[64];
	int fd = open(path, O_RDONLY);

	ck_assert_int_eq(flock(fd, LOCK_SH), 0);
	ck_assert_ptr_null(pidfile_open(path, error, sizeof error));
	snprintf(
	    expected, sizeof expected, "process %ld has locked it", (long)getpid());
	ck_assert_msg(strstr(error, expected) != NULL, "%s", error);
	close(fd);
}
END_TEST

SUITE("pidfile", pid_file_holds_the_process_id_until_it_is_closed,
    second_holder_is_refused_with_the_pid_of_the_first, stale_pid_file_is_reused,
    the_lock_ends_with_a_killed_process, a_path_that_cannot_be_written_is_explained,
    a_symbolic_link_is_not_followed,
    file_lent_to_an_unknown_process_still_names_the_lender,
    lent_pid_file_stays_and_is_adopted_with_its_lock,
    closing_an_adopted_pid_file_before_owning_it_leaves_it, another_file_is_not_adopted,
    only_the_owner_can_open_the_file, a_file_with_a_second_name_is_not_written,
    a_file_of_another_user_is_not_written, process_that_locked_the_pid_file_is_named)
