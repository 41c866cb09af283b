/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/outlet.h"
#include "lib/suite.h"

#define ROOM 4096

static _Atomic(size_t) lost;
static _Atomic(unsigned) begun; /* calls of write_lines() */

static void
write_lines(struct outlet *outlet, int form, const char *lines, size_t size)
{
	(void)form;
	atomic_fetch_add(&begun, 1);
	atomic_fetch_add(&lost, outlet_write(outlet, lines, size));
}

static struct spool *
start(const char *name, size_t room)
{
	struct outlet *outlet = outlet_open_file(suite_path(name));

	ck_assert_ptr_nonnull(outlet);
	struct spool *spool = spool_start(room, write_lines, outlet, 0);
	ck_assert_ptr_nonnull(spool);
	return spool;
}

/* Returns the content of a file of the test's folder, until the next call. */
static const char *
read_file(const char *name)
{
	static char *data;
	size_t size;

	free(data);
	data = NULL;
	ck_assert_int_eq(file_read(suite_path(name), 64 << 20, &data, &size), 0);
	return data;
}

/* Changes to a file of the test's folder. True if that was done within `ms`. */
static bool
redirect(struct spool *spool, const char *name, int form, int64_t ms)
{
	struct outlet *outlet = outlet_open_file(suite_path(name));

	ck_assert_ptr_nonnull(outlet);
	return spool_redirect(spool, outlet, form, deadline_in(ms));
}

#define JUNK 65536

/* Makes a named pipe and fills it. Returns its reading end, which is not read. */
static int
make_pipe(const char *name)
{
	static const char junk[JUNK];

	ck_assert_int_eq(mkfifo(suite_path(name), 0600), 0);
	int fd = open(suite_path(name), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	int other = open(suite_path(name), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_eq(write(other, junk, sizeof junk), JUNK);
	close(other);
	return fd;
}

/* Puts lines of 64 bytes until the spool is full. Returns the number of lines taken. */
static size_t
fill(struct spool *spool)
{
	char line[65];
	size_t count = 0;

	for (;; count++) {
		snprintf(line, sizeof line, "%063zu\n", count);
		if (spool_put(spool, 0, line, 64) == SPOOL_FULL)
			return count;
	}
}

/* Reads the pipe until `size` bytes have come after the junk. The caller frees them. */
static char *
drain(int fd, size_t size)
{
	char *data = calloc(1, JUNK + size + 1);
	size_t length = 0;

	ck_assert_ptr_nonnull(data);
	fcntl(fd, F_SETFL, 0);
	while (length < JUNK + size) {
		ssize_t n = read(fd, data + length, JUNK + size - length);
		ck_assert_int_gt(n, 0);
		length += (size_t)n;
	}
	memmove(data, data + JUNK, size + 1);
	return data;
}

START_TEST(lines_come_out_in_their_order)
{
	struct spool *spool = start("out", ROOM);

	ck_assert_int_eq(spool_put(spool, 0, "one\n", 4), SPOOL_TAKEN);
	ck_assert_int_eq(spool_put_urgent(spool, 0, "two\n", 4), SPOOL_TAKEN);
	ck_assert_int_eq(spool_put(spool, 0, "three\n", 6), SPOOL_TAKEN);
	ck_assert(spool_flush(spool, deadline_in(SUITE_PATIENCE_MS)));
	ck_assert_str_eq(read_file("out"), "one\ntwo\nthree\n");
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
}
END_TEST

START_TEST(stopping_writes_the_remaining_lines)
{
	struct spool *spool = start("out", ROOM);

	for (int i = 0; i < 10; i++)
		spool_put(spool, 0, "line\n", 5);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	ck_assert_uint_eq(strlen(read_file("out")), 50);
}
END_TEST

START_TEST(blocked_outlet_does_not_block_writers)
{
	int fd = make_pipe("out");
	struct spool *spool = start("out", ROOM);
	size_t taken = fill(spool);

	/* A second buffer of that size can fill while the first one is being written. */
	ck_assert_uint_ge(taken, ROOM / 64);
	ck_assert_uint_le(taken, 2 * ROOM / 64);
	ck_assert(!spool_flush(spool, deadline_in(1)));
	char *data = drain(fd, taken * 64);
	ck_assert(spool_flush(spool, deadline_in(SUITE_PATIENCE_MS)));
	for (size_t i = 0; i < taken; i++)
		ck_assert_uint_eq(strtoul(data + i * 64, NULL, 10), i);
	ck_assert_int_eq(spool_put(spool, 0, "more\n", 5), SPOOL_TAKEN);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	free(data);
	close(fd);
}
END_TEST

START_TEST(stopping_leaves_an_outlet_that_stands_still)
{
	int fd = make_pipe("out");
	struct spool *spool = start("out", ROOM);

	size_t taken = fill(spool);
	spool_stop(spool, deadline_in(1));
	/* The thread still exists, and ends when its lines are written. */
	char *data = drain(fd, taken * 64);
	ck_assert_uint_eq(strtoul(data + (taken - 1) * 64, NULL, 10), taken - 1);
	free(data);
	close(fd);
}
END_TEST

START_TEST(lines_of_another_form_are_refused)
{
	struct spool *spool = start("out", ROOM);

	ck_assert_int_eq(spool_put(spool, 1, "one\n", 4), SPOOL_OTHER_FORM);
	ck_assert(redirect(spool, "new", 1, SUITE_PATIENCE_MS));
	ck_assert_int_eq(spool_form(spool), 1);
	ck_assert_int_eq(spool_put(spool, 0, "two\n", 4), SPOOL_OTHER_FORM);
	ck_assert_int_eq(spool_put(spool, 1, "three\n", 6), SPOOL_TAKEN);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	ck_assert_str_eq(read_file("out"), "");
	ck_assert_str_eq(read_file("new"), "three\n");
}
END_TEST

START_TEST(earlier_lines_go_to_the_old_outlet_even_if_it_is_blocked)
{
	int fd = make_pipe("out");
	struct spool *spool = start("out", ROOM);
	size_t taken = fill(spool);

	ck_assert(!redirect(spool, "new", 1, 1));
	char *data = drain(fd, taken * 64);
	ck_assert(spool_flush(spool, deadline_in(SUITE_PATIENCE_MS)));
	ck_assert_int_eq(spool_put(spool, 1, "new\n", 4), SPOOL_TAKEN);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	ck_assert_uint_eq(strtoul(data + (taken - 1) * 64, NULL, 10), taken - 1);
	ck_assert_str_eq(read_file("new"), "new\n");
	free(data);
	close(fd);
}
END_TEST

START_TEST(a_second_change_before_the_first_loses_no_line)
{
	int fd = make_pipe("out");
	struct spool *spool = start("out", ROOM);

	spool_put(spool, 0, "one\n", 4);
	while (atomic_load(&begun) == 0)
		usleep(1000);
	ck_assert(!redirect(spool, "new", 1, 1));
	ck_assert_int_eq(spool_put(spool, 0, "two\n", 4), SPOOL_TAKEN);
	ck_assert(!redirect(spool, "newer", 2, 1));
	ck_assert_int_eq(spool_put(spool, 0, "three\n", 6), SPOOL_TAKEN);
	char *data = drain(fd, 14);
	ck_assert(spool_flush(spool, deadline_in(SUITE_PATIENCE_MS)));
	ck_assert_int_eq(spool_put(spool, 2, "four\n", 5), SPOOL_TAKEN);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	ck_assert_str_eq(data, "one\ntwo\nthree\n");
	ck_assert_str_eq(read_file("new"), "");
	ck_assert_str_eq(read_file("newer"), "four\n");
	free(data);
	close(fd);
}
END_TEST

#define THREADS 4
#define LINES 20000

/* Puts lines with their form and number. None may get lost. */
static void *
put_often(void *context)
{
	struct spool *spool = context;
	char line[32];

	for (int i = 0; i < LINES; i++) {
		enum spool_verdict verdict;
		do {
			int form = spool_form(spool);
			int n = snprintf(line, sizeof line, "%d %d\n", form, i);
			verdict = i % 100 == 0
			              ? spool_put_urgent(spool, form, line, (size_t)n)
			              : spool_put(spool, form, line, (size_t)n);
		} while (verdict != SPOOL_TAKEN);
	}
	return NULL;
}

/* Returns the number of lines in a file. Expects all of them to have `form`. */
static size_t
count_lines(const char *name, char form)
{
	const char *line = read_file(name);
	size_t count = 0;

	for (; *line != '\0'; line = strchr(line, '\n') + 1) {
		ck_assert_int_eq(line[0], form);
		count++;
	}
	return count;
}

START_TEST(threads_lose_no_line_while_outlets_and_forms_change)
{
	struct spool *spool = start("0", 64 * 1024);
	pthread_t threads[THREADS];
	size_t written = 0;
	char name[2] = "0";

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, put_often, spool), 0);
	for (int form = 1; form < 10; form++) {
		name[0] = (char)('0' + form);
		ck_assert(redirect(spool, name, form, SUITE_PATIENCE_MS));
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	spool_stop(spool, deadline_in(SUITE_PATIENCE_MS));
	for (int form = 0; form < 10; form++) {
		name[0] = (char)('0' + form);
		written += count_lines(name, name[0]);
	}
	ck_assert_uint_eq(written, THREADS * LINES);
	ck_assert_uint_eq(lost, 0);
}
END_TEST

SUITE("spool", lines_come_out_in_their_order, stopping_writes_the_remaining_lines,
    blocked_outlet_does_not_block_writers, stopping_leaves_an_outlet_that_stands_still,
    lines_of_another_form_are_refused,
    earlier_lines_go_to_the_old_outlet_even_if_it_is_blocked,
    a_second_change_before_the_first_loses_no_line,
    threads_lose_no_line_while_outlets_and_forms_change)
