/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

#include "base/memory/memory.h"
#include "lib/suite.h"

static int
entries_in_folder(void)
{
	DIR *dir = opendir(suite_folder());
	int count = 0;

	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

START_TEST(file_reads_back_as_written)
{
	const char *path = suite_path("a");
	struct stat st;
	char *data;
	size_t size;

	ck_assert_int_eq(file_write(path, "a\0b", 3, 0600, FILE_KEEP), 0);
	ck_assert_int_eq(file_read(path, 3, &data, &size), 0);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(data, "a\0b", 4);
	free(data);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(entries_in_folder(), 1);
}
END_TEST

/* Reads a text file with these bytes. Expects `text`, or EILSEQ if it is NULL. */
static void
expect_text(const char *bytes, size_t count, const char *text)
{
	const char *path = suite_path("text");
	char *data;
	size_t size;

	ck_assert_int_eq(file_write(path, bytes, count, 0600, FILE_REPLACE), 0);
	int result = file_read_text(path, 100, &data, &size);
	if (text == NULL) {
		ck_assert_int_eq(result, -1);
		ck_assert_int_eq(errno, EILSEQ);
		return;
	}
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(size, strlen(text));
	ck_assert_mem_eq(data, text, size + 1);
	free(data);
}

START_TEST(a_text_is_read_without_its_byte_order_mark)
{
	expect_text("\xef\xbb\xbfpin\n", 7, "pin\n");
	expect_text("\xef\xbb\xbf", 3, "");
	expect_text("\xef\xbbpin", 5, "\xef\xbbpin");
	expect_text("", 0, "");
	expect_text("\xff\xfep\0i\0n\0", 8, NULL);
	expect_text("pin\0", 4, NULL);
}
END_TEST

START_TEST(a_file_to_be_kept_is_kept)
{
	const char *path = suite_file("key", "old");
	char *data;
	size_t size;

	ck_assert_int_eq(file_write(path, "new", 3, 0600, FILE_KEEP), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(entries_in_folder(), 1);
	ck_assert_int_eq(file_read(path, 100, &data, &size), 0);
	ck_assert_str_eq(data, "old");
	free(data);
}
END_TEST

START_TEST(a_file_to_be_replaced_is_replaced_with_its_mode)
{
	const char *path = suite_file("cert", "old and longer");
	struct stat st;
	char *data;
	size_t size;

	ck_assert_int_eq(file_write(path, "new", 3, 0644, FILE_REPLACE), 0);
	ck_assert_int_eq(file_read(path, 100, &data, &size), 0);
	ck_assert_str_eq(data, "new");
	free(data);
	stat(path, &st);
	ck_assert_int_eq(st.st_mode & 07777, 0644);
}
END_TEST

START_TEST(errors_come_back_in_errno)
{
	char *data;
	size_t size;

	ck_assert_int_eq(file_read(suite_path("none"), 100, &data, &size), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(file_read(suite_folder(), 100, &data, &size), -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(file_read("/dev/null", 100, &data, &size), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(file_read(suite_file("big", "12345"), 4, &data, &size), -1);
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_int_eq(file_write("/nonexistent/x", "", 0, 0600, FILE_KEEP), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(reading_a_fifo_without_a_writer_does_not_hang)
{
	const char *path = suite_path("fifo");
	char *data;
	size_t size;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(file_read(path, 100, &data, &size), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

/* Reads the file `name` in suite_folder() by the folder's descriptor. Expects an error with this
 * errno. */
static void
expect_error_in(int folder, const char *name, int error)
{
	char *data;
	size_t size;

	ck_assert_int_eq(file_read_in(folder, name, 100, &data, &size), -1);
	ck_assert_int_eq(errno, error);
}

START_TEST(a_file_in_a_folder_is_read_under_its_only_name)
{
	int folder = open(suite_folder(), O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *path = suite_file("only", "text");
	char *data;
	size_t size;

	ck_assert_int_eq(file_read_in(folder, "only", 4, &data, &size), 0);
	ck_assert_uint_eq(size, 4);
	ck_assert_str_eq(data, "text");
	free(data);
	ck_assert_int_eq(symlink("only", suite_path("link")), 0);
	expect_error_in(folder, "link", ELOOP);
	ck_assert_int_eq(link(path, suite_path("second")), 0);
	expect_error_in(folder, "only", EMLINK);
	expect_error_in(folder, "none", ENOENT);
	ck_assert_int_eq(mkfifo(suite_path("fifo"), 0600), 0);
	expect_error_in(folder, "fifo", EINVAL);
	expect_error_in(folder, ".", EISDIR);
	close(folder);
}
END_TEST

/* Makes the link `name` to `target` in suite_folder(). Expects it to lead to `end`. */
static void
expect_link(const char *name, const char *target, const char *end)
{
	char *path = memory_copy(suite_path(name));

	ck_assert_int_eq(symlink(target, path), 0);
	char *found = file_follow(path);
	ck_assert_str_eq(found, end);
	free(found);
	free(path);
}

START_TEST(links_are_followed_to_where_a_file_would_be_made)
{
	char *end = memory_copy(suite_path("nowhere/file"));

	expect_link("relative", "nowhere/file", end);
	expect_link("twice", "relative", end);
	expect_link("absolute", end, end);
	expect_link("to-proc", "/proc/self/fd/1", "/proc/self/fd/1");
	ck_assert_int_eq(mkdir(suite_path("nowhere"), 0700), 0);
	expect_link("nowhere/up", "../to-proc", "/proc/self/fd/1");
	expect_link("loop", "loop", suite_path("loop"));
	free(end);
}
END_TEST

SUITE("file", file_reads_back_as_written, a_text_is_read_without_its_byte_order_mark,
    a_file_to_be_kept_is_kept, a_file_to_be_replaced_is_replaced_with_its_mode,
    errors_come_back_in_errno, a_file_in_a_folder_is_read_under_its_only_name,
    reading_a_fifo_without_a_writer_does_not_hang,
    links_are_followed_to_where_a_file_would_be_made)
