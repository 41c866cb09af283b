/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "lib/suite.h"

/* Returns the content of the test's file, until the next call. */
static const char *
read_file(void)
{
	static char *data;
	size_t size;

	free(data);
	data = NULL;
	ck_assert_int_eq(file_read(suite_path("out"), 1 << 20, &data, &size), 0);
	return data;
}

static size_t
say(struct outlet *outlet, const char *lines)
{
	return outlet_write(outlet, lines, strlen(lines));
}

START_TEST(a_file_is_appended_to)
{
	for (int i = 0; i < 2; i++) {
		struct outlet *outlet = outlet_open_file(suite_path("out"));
		ck_assert_uint_eq(say(outlet, "one\ntwo\n"), 0);
		outlet_close(outlet);
	}
	ck_assert_str_eq(read_file(), "one\ntwo\none\ntwo\n");
}
END_TEST

START_TEST(pipe_without_a_reader_is_an_error_and_does_not_hang)
{
	ck_assert_int_eq(mkfifo(suite_path("out"), 0600), 0);
	ck_assert_ptr_null(outlet_open_file(suite_path("out")));
	ck_assert_int_eq(errno, ENXIO);
	int fd = open(suite_path("out"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct outlet *outlet = outlet_open_file(suite_path("out"));
	ck_assert_ptr_nonnull(outlet);
	ck_assert_uint_eq(say(outlet, "one\n"), 0);
	outlet_close(outlet);
	close(fd);
}
END_TEST

START_TEST(names_in_dev_and_proc_are_descriptors)
{
	char own[64];

	snprintf(own, sizeof own, "/proc/%ld/fd/4", (long)getpid());
	ck_assert_int_eq(outlet_descriptor("/dev/stdout"), STDOUT_FILENO);
	ck_assert_int_eq(outlet_descriptor("/dev/stderr"), STDERR_FILENO);
	ck_assert_int_eq(outlet_descriptor("/dev/fd/7"), 7);
	ck_assert_int_eq(outlet_descriptor("/proc/self/fd/12"), 12);
	ck_assert_int_eq(outlet_descriptor(own), 4);
	ck_assert_int_eq(symlink("/dev/stdout", suite_path("out")), 0);
	ck_assert_int_eq(outlet_descriptor(suite_path("out")), STDOUT_FILENO);
	ck_assert_int_eq(outlet_descriptor("/dev/null"), -1);
	ck_assert_int_eq(outlet_descriptor("/dev/fd/x"), -1);
	ck_assert_int_eq(outlet_descriptor("/proc/self/fd/"), -1);
	ck_assert_int_eq(outlet_descriptor(""), -1);
}
END_TEST

START_TEST(a_descriptor_is_shared_and_not_opened)
{
	char name[32], got[8];
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
	struct outlet *outlet = outlet_open_file(name);
	ck_assert_ptr_nonnull(outlet);
	close(ends[1]);
	ck_assert_uint_eq(say(outlet, "one\n"), 0);
	ck_assert_int_eq(recv(ends[0], got, sizeof got, 0), 4);
	outlet_close(outlet);
	close(ends[0]);
	ck_assert_ptr_null(outlet_open_file(name));
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_line_that_was_cut_short_is_ended_before_the_next)
{
	struct outlet *outlet = outlet_open_file(suite_path("out"));

	signal(SIGXFSZ, SIG_IGN);
	limit_files(10);
	ck_assert_uint_eq(say(outlet, "one\ntwo\nthree\nfour\n"), 2);
	ck_assert_uint_eq(say(outlet, "five\n"), 1);
	limit_files(RLIM_INFINITY);
	ck_assert_uint_eq(say(outlet, "six\n"), 0);
	ck_assert_str_eq(read_file(), "one\ntwo\nth\nsix\n");
	outlet_close(outlet);
}
END_TEST

START_TEST(shared_pipe_gets_whole_lines)
{
	enum { LINE = 1000, COUNT = 20 };
	static char lines[LINE * COUNT], got[65536];
	int ends[2];

	for (int i = 0; i < LINE * COUNT; i++)
		lines[i] = i % LINE == LINE - 1 ? '\n' : 'x';
	/* With O_DIRECT, a read(2) returns exactly the bytes of one write(2). */
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_DIRECT), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	struct outlet *outlet = outlet_standard_error();
	ck_assert_uint_eq(outlet_write(outlet, lines, sizeof lines), 0);
	outlet_close(outlet);
	for (int left = LINE * COUNT; left > 0;) {
		ssize_t n = read(ends[0], got, sizeof got);
		ck_assert_int_gt(n, 0);
		ck_assert_int_eq(n % LINE, 0);
		left -= (int)n;
	}
}
END_TEST

/* Returns a socket that listens in place of syslogd and does not read. */
static int
listen_as_syslogd(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_uint_lt(strlen(suite_path("log")), sizeof address.sun_path);
	strcpy(address.sun_path, suite_path("log"));
	unlink(address.sun_path);
	ck_assert_int_eq(
	    bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void
expect(int fd, const char *text)
{
	char got[128];
	ssize_t n = recv(fd, got, sizeof got - 1, 0);

	ck_assert_int_ge(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got, text);
}

START_TEST(syslogd_gets_each_line_by_itself)
{
	int fd = listen_as_syslogd();
	struct outlet *outlet = outlet_open_syslog(suite_path("log"));

	ck_assert_uint_eq(say(outlet, "one\ntwo\n"), 0);
	expect(fd, "one");
	expect(fd, "two");
	outlet_close(outlet);
	close(fd);
}
END_TEST

START_TEST(a_syslogd_that_is_started_late_or_anew_is_found)
{
	struct outlet *outlet = outlet_open_syslog(suite_path("log"));

	ck_assert_uint_eq(say(outlet, "one\ntwo\n"), 2);
	int first = listen_as_syslogd();
	ck_assert_uint_eq(say(outlet, "three\n"), 0);
	expect(first, "three");
	close(first);
	ck_assert_uint_eq(say(outlet, "four\n"), 1);
	int second = listen_as_syslogd();
	ck_assert_uint_eq(say(outlet, "five\n"), 0);
	expect(second, "five");
	outlet_close(outlet);
	close(second);
}
END_TEST

START_TEST(root_follows_no_link_of_another_user)
{
	const char *victim = suite_file("victim", ""), *path = suite_path("log");

	if (geteuid() != 0) {
		fputs("SKIPPED: only root can give a link away\n", stderr);
		return;
	}
	ck_assert_int_eq(symlink(victim, path), 0);
	struct outlet *outlet = outlet_open_file(path);
	ck_assert_ptr_nonnull(outlet);
	outlet_close(outlet);
	ck_assert_int_eq(lchown(path, 4711, 4711), 0);
	ck_assert_ptr_null(outlet_open_file(path));
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(link(victim, path), 0);
	ck_assert_ptr_null(outlet_open_file(path));
	ck_assert_int_eq(errno, EMLINK);
}
END_TEST

SUITE("outlet", a_file_is_appended_to,
    pipe_without_a_reader_is_an_error_and_does_not_hang,
    names_in_dev_and_proc_are_descriptors, a_descriptor_is_shared_and_not_opened,
    a_line_that_was_cut_short_is_ended_before_the_next, shared_pipe_gets_whole_lines,
    syslogd_gets_each_line_by_itself, a_syslogd_that_is_started_late_or_anew_is_found,
    root_follows_no_link_of_another_user)
