/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/process/socketfile.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/net/address.h"
#include "lib/suite.h"
#include "server/accept/listener.h"

static char error[512];

static struct socketfile
own_file(const char *path, mode_t mode)
{
	return (struct socketfile){ .path = path,
		.owner = geteuid(),
		.group = getegid(),
		.mode = mode,
		.user = geteuid(),
		.user_group = getegid() };
}

static struct listener *
listen_at(const char *path)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(address_parse_listen(path, addresses, wrong), 1);
	struct listener *listener = listener_open(&addresses[0], 0640, 5);
	ck_assert_ptr_nonnull(listener);
	return listener;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(a_socket_has_its_mode_from_the_first_moment_on)
{
	const char *path = suite_path("socket");
	mode_t before = umask(077);
	struct listener *listener = listen_at(path);

	ck_assert_uint_eq(mode_of(path), 0640);
	ck_assert_uint_eq(umask(before), 077);
	listener_close(listener);
}
END_TEST

START_TEST(the_mode_of_an_open_socket_changes)
{
	const char *path = suite_path("socket");
	struct listener *listener = listen_at(path);
	struct socketfile file = own_file(path, 0666);

	ck_assert_msg(socketfile_apply(&file, error, sizeof error) == 0, "%s", error);
	ck_assert_uint_eq(mode_of(path), 0666);
	listener_close(listener);
}
END_TEST

static void
expect_refusal(const struct socketfile *file, const char *reason)
{
	ck_assert_int_eq(socketfile_apply(file, error, sizeof error), -1);
	ck_assert_msg(strstr(error, reason) != NULL, "%s", error);
}

START_TEST(no_other_file_in_the_place_of_the_socket_is_changed)
{
	const char *path = suite_path("socket"), *other = suite_path("other");
	struct listener *listener = listen_at(other);
	struct socketfile file = own_file(path, 0666);

	expect_refusal(&file, "No such file");
	ck_assert_int_eq(symlink(other, path), 0);
	expect_refusal(&file, "another file has replaced the socket");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(link(other, path), 0);
	expect_refusal(&file, "another file has replaced the socket");
	ck_assert_int_eq(unlink(path), 0);
	suite_file("socket", "");
	expect_refusal(&file, "another file has replaced the socket");
	ck_assert_uint_eq(mode_of(other), 0640);
	listener_close(listener);
}
END_TEST

START_TEST(root_gives_no_socket_away_in_a_folder_of_others)
{
	const char *path = suite_path("run/socket");

	if (geteuid() != 0) {
		fputs("SKIPPED: only root can give files away\n", stderr);
		return;
	}
	ck_assert_int_eq(mkdir(suite_path("run"), 0755), 0);
	struct listener *listener = listen_at(path);
	struct socketfile file = { path, 4711, 4712, 0640, 4714, 4715 };
	struct stat st;

	ck_assert_int_eq(chown(suite_path("run"), 4713, 0), 0);
	expect_refusal(&file, "belongs to uid 4713, which could replace its files");
	ck_assert_int_eq(socketfile_check(&file, error, sizeof error), -1);
	ck_assert_int_eq(chown(suite_path("run"), 4714, 0), 0);
	ck_assert_int_eq(socketfile_check(&file, error, sizeof error), 0);
	ck_assert_msg(socketfile_apply(&file, error, sizeof error) == 0, "%s", error);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_uid, 4711);
	ck_assert_uint_eq(st.st_gid, 4712);
	file.mode = 0600;
	ck_assert_msg(socketfile_apply(&file, error, sizeof error) == 0, "%s", error);
	ck_assert_uint_eq(mode_of(path), 0600);
	listener_close(listener);
}
END_TEST

SUITE("socketfile", a_socket_has_its_mode_from_the_first_moment_on,
    the_mode_of_an_open_socket_changes,
    no_other_file_in_the_place_of_the_socket_is_changed,
    root_gives_no_socket_away_in_a_folder_of_others)
