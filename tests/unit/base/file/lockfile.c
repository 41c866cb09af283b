/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"

enum { SOON_MS = 50 };

START_TEST(only_the_owner_can_open_the_file)
{
	const char *path = suite_path("lock");
	struct stat st;

	umask(0);
	int fd = lockfile_open(path, deadline_in(SOON_MS));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	lockfile_close(fd, path);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(second_lock_attempt_fails_at_its_deadline)
{
	const char *path = suite_path("lock");
	int fd = lockfile_open(path, deadline_in(SOON_MS));

	ck_assert_int_eq(lockfile_open(path, deadline_in(SOON_MS)), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	ck_assert_int_eq(lockfile_holder(path), getpid());
	lockfile_close(fd, path);
	ck_assert_int_eq(lockfile_holder(path), 0);
	fd = lockfile_open(path, deadline_in(SOON_MS));
	ck_assert_int_ge(fd, 0);
	lockfile_close(fd, path);
}
END_TEST

/* Runs in a child: takes the lock, increments `counter`, and exits. */
static void __attribute__((noreturn)) count_once(const char *path, int counter)
{
	unsigned char count = 0;
	int fd = lockfile_open(path, deadline_in(SUITE_PATIENCE_MS));

	if (fd < 0 || pread(counter, &count, 1, 0) != 1)
		_exit(1);
	sched_yield();
	count++;
	if (pwrite(counter, &count, 1, 0) != 1)
		_exit(1);
	lockfile_close(fd, path);
	_exit(0);
}

START_TEST(only_one_process_at_a_time_holds_the_lock)
{
	enum { PROCESSES = 20 };
	const char *path = suite_path("lock");
	int counter = open(suite_path("counter"), O_RDWR | O_CREAT, 0600), status;
	unsigned char count = 0;

	ck_assert_int_eq(pwrite(counter, &count, 1, 0), 1);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			count_once(path, counter);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(pread(counter, &count, 1, 0), 1);
	ck_assert_int_eq(count, PROCESSES);
}
END_TEST

START_TEST(lock_file_must_be_a_regular_file)
{
	ck_assert_int_eq(symlink("file", suite_path("link")), 0);
	ck_assert_int_eq(lockfile_open(suite_path("link"), deadline_in(SOON_MS)), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(access(suite_path("file"), F_OK), -1);
	ck_assert_int_eq(lockfile_open(suite_folder(), deadline_in(SOON_MS)), -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(mkfifo(suite_path("fifo"), 0600), 0);
	ck_assert_int_eq(lockfile_open(suite_path("fifo"), deadline_in(SOON_MS)), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

SUITE("lockfile", only_the_owner_can_open_the_file,
    second_lock_attempt_fails_at_its_deadline,
    only_one_process_at_a_time_holds_the_lock, lock_file_must_be_a_regular_file)
