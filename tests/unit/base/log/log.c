/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "lib/suite.h"

static const char *
read_log(const char *path)
{
	static char *data;
	size_t size;

	log_flush();
	free(data);
	data = NULL;
	ck_assert_int_eq(file_read(path, 1 << 20, &data, &size), 0);
	return data;
}

static void
open_log(const char *path, enum log_level level)
{
	struct log_settings settings = { .level = level, .file = path };

	ck_assert_int_eq(log_open(&settings), 0);
}

START_TEST(lines_above_the_level_are_left_out)
{
	const char *path = suite_path("log");

	open_log(path, LOG_LEVEL_NOTICE);
	log_notice("started");
	log_info("connection");
	log_warning("old");
	ck_assert(!log_wants(LOG_LEVEL_INFO));
	ck_assert_ptr_nonnull(strstr(read_log(path), "]: started\n"));
	ck_assert_ptr_nonnull(strstr(read_log(path), "]: warning: old\n"));
	ck_assert_ptr_null(strstr(read_log(path), "connection"));
	log_close();
}
END_TEST

START_TEST(errno_is_printed_and_kept)
{
	const char *path = suite_path("log");

	open_log(path, LOG_LEVEL_INFO);
	errno = ENOENT;
	log_error("x: %m");
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_ptr_nonnull(strstr(read_log(path), "x: No such file or directory\n"));
	log_close();
}
END_TEST

START_TEST(a_long_line_is_cut_and_ended)
{
	const char *path = suite_path("log");
	char text[10000];

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	open_log(path, LOG_LEVEL_INFO);
	log_info("%s", text);
	log_info("next");
	const char *data = read_log(path);
	ck_assert_uint_lt(strlen(data), 5000);
	ck_assert_ptr_nonnull(strstr(data, "x\n"));
	ck_assert_ptr_nonnull(strstr(data, "]: next\n"));
	log_close();
}
END_TEST

START_TEST(reopening_follows_the_name)
{
	const char *path = suite_path("log"), *moved = suite_path("log.1");

	open_log(path, LOG_LEVEL_INFO);
	log_info("one");
	ck_assert_int_eq(rename(path, moved), 0);
	log_info("two");
	ck_assert_int_eq(log_reopen(), 0);
	log_info("three");
	ck_assert_ptr_nonnull(strstr(read_log(moved), "two"));
	ck_assert_ptr_null(strstr(read_log(moved), "three"));
	ck_assert_ptr_nonnull(strstr(read_log(path), "three"));
	log_close();
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_changes_nothing)
{
	const char *path = suite_path("log");
	struct log_settings bad = { .file = "/nonexistent/log" };

	open_log(path, LOG_LEVEL_INFO);
	ck_assert_int_eq(log_open(&bad), -1);
	ck_assert_int_eq(errno, ENOENT);
	log_info("still here");
	ck_assert_ptr_nonnull(strstr(read_log(path), "still here"));
	log_close();
}
END_TEST

START_TEST(a_full_disk_loses_lines_and_says_how_many)
{
	const char *path = suite_path("log");

	open_log("/dev/full", LOG_LEVEL_INFO);
	log_info("one");
	log_info("two");
	open_log(path, LOG_LEVEL_INFO);
	log_info("three");
	ck_assert_ptr_nonnull(strstr(read_log(path), "three"));
	ck_assert_ptr_nonnull(strstr(read_log(path), "2 lines could not be written"));
	log_close();
}
END_TEST

SUITE("log", lines_above_the_level_are_left_out, errno_is_printed_and_kept,
    a_long_line_is_cut_and_ended, reopening_follows_the_name,
    a_file_that_cannot_be_opened_changes_nothing,
    a_full_disk_loses_lines_and_says_how_many)
