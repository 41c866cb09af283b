/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/control/controlplace.h"
#include "server/event/loop.h"
#include "lib/suite.h"

enum { MUCH = 100000 };

static struct loop *loop;
static struct control *control;
static const char *path;
static char error[256];
static unsigned asked; /* number of "later" commands */

static bool
echo_command(
    void *context, struct control_caller *caller, const char *command, FILE *out)
{
	ck_assert_ptr_eq(context, &loop);
	if (strcmp(command, "right") == 0) {
		fputs(caller->right == CONTROL_CHANGE ? "change\n" : "look\n", out);
		return true;
	}
	if (strcmp(command, "later") == 0) {
		caller->awaited = ++asked;
		return false;
	}
	for (int i = 0; strcmp(command, "much") == 0 && i < MUCH; i++)
		fputs("much: more than any socket's buffer takes at once\n", out);
	fprintf(out, "heard: %s\n", command);
	return strcmp(command, "good") == 0;
}

static struct controlplace
place_at(const char *where)
{
	return (struct controlplace){
		.path = where, .owner = geteuid(), .group = getegid(), .mode = 0600
	};
}

static struct control *
open_at(const char *where)
{
	struct controlplace place = place_at(where);

	return control_open(&place, loop, echo_command, &loop, error, sizeof error);
}

static void
set_up(void)
{
	path = suite_path("sock");
	loop = loop_new();
	control = open_at(path);
	ck_assert_msg(control != NULL, "%s", error);
}

static void
tear_down(void)
{
	control_close(control);
	loop_free(loop);
}

static int
connect_client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	ck_assert_int_eq(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Runs the loop until `fd` has received `expected`; "" stands for the end. */
static void
assert_heard(int fd, const char *expected)
{
	char text[512];
	size_t length = 0;
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	while (!deadline_passed(deadline)) {
		loop_turn(loop, deadline_in(10));
		ssize_t n = recv(fd, text + length, sizeof text - 1 - length, 0);
		if (n == 0)
			break;
		if (n > 0)
			length += (size_t)n;
		if (n > 0 && length >= strlen(expected))
			break;
	}
	text[length] = '\0';
	ck_assert_str_eq(text, expected);
}

START_TEST(each_command_gets_its_lines_and_a_verdict)
{
	set_up();
	int fd = connect_client();

	say(fd, "good\n");
	assert_heard(fd, "heard: good\nok\n");
	say(fd, "bad\r\n");
	assert_heard(fd, "heard: bad\nfailed\n");
	close(fd);
	tear_down();
}
END_TEST

START_TEST(commands_may_come_in_pieces_and_together)
{
	set_up();
	int fd = connect_client();

	say(fd, "go");
	loop_turn(loop, deadline_in(1000));
	loop_turn(loop, deadline_in(10));
	say(fd, "od\nx\n");
	assert_heard(fd, "heard: good\nok\nheard: x\nfailed\n");
	close(fd);
	tear_down();
}
END_TEST

START_TEST(a_line_without_an_end_is_hung_up_on)
{
	char line[CONTROL_COMMAND_MAX + 1];

	set_up();
	int fd = connect_client();
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\0';
	say(fd, line);
	assert_heard(fd, "");
	close(fd);
	tear_down();
}
END_TEST

/* Runs the loop until "later" has been asked `often` times. */
static void
await_asking(unsigned often)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	while (asked < often && !deadline_passed(deadline))
		loop_turn(loop, deadline_in(10));
	ck_assert_uint_eq(asked, often);
}

START_TEST(an_answer_may_come_later_and_goes_before_the_next_command)
{
	set_up();
	int first = connect_client(), second = connect_client();

	say(first, "later\ngood\n");
	await_asking(1);
	say(second, "later\n");
	await_asking(2);
	control_conclude(control, 1, true, "warning: one\n");
	assert_heard(first, "warning: one\nok\nheard: good\nok\n");
	control_conclude(control, 2, false, "");
	assert_heard(second, "failed\n");
	close(first);
	close(second);
	tear_down();
}
END_TEST

START_TEST(a_client_that_left_gets_no_answer)
{
	set_up();
	int gone = connect_client(), stays = connect_client();

	say(gone, "later\n");
	await_asking(1);
	close(gone);
	say(stays, "good\n");
	assert_heard(stays, "heard: good\nok\n");
	control_conclude(control, 1, true, "");
	say(stays, "good\n");
	assert_heard(stays, "heard: good\nok\n");
	close(stays);
	tear_down();
}
END_TEST

START_TEST(idle_clients_give_way_to_new_ones)
{
	int fds[20];

	set_up();
	for (int i = 0; i < 20; i++) {
		fds[i] = connect_client();
		loop_turn(loop, deadline_in(1000));
	}
	assert_heard(fds[0], "");
	say(fds[19], "good\n");
	assert_heard(fds[19], "heard: good\nok\n");
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	tear_down();
}
END_TEST

START_TEST(the_socket_is_its_owners_alone_and_goes_with_it)
{
	struct stat st;

	set_up();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_ptr_null(open_at(path));
	ck_assert_ptr_nonnull(strstr(error, "in use"));
	tear_down();
	ck_assert_int_eq(stat(path, &st), -1);
}
END_TEST

START_TEST(stale_control_socket_is_replaced)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, suite_path("sock"));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	set_up();
	tear_down();
}
END_TEST

START_TEST(an_answer_larger_than_the_sockets_buffer_comes_whole)
{
	char piece[65536];
	size_t lines = 0;
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	set_up();
	int fd = connect_client();
	say(fd, "much\ngood\n");
	while (lines < MUCH + 4 && !deadline_passed(deadline)) {
		loop_turn(loop, deadline_in(10));
		ssize_t n = recv(fd, piece, sizeof piece, 0);
		ck_assert_int_ne(n, 0);
		for (ssize_t i = 0; i < n; i++)
			lines += piece[i] == '\n';
	}
	ck_assert_uint_eq(lines, MUCH + 4);
	close(fd);
	tear_down();
}
END_TEST

START_TEST(control_client_that_never_reads_does_not_delay_others)
{
	set_up();
	int deaf = connect_client();
	for (int i = 0; i < 20; i++)
		say(deaf, "much\n");
	for (int i = 0; i < 50; i++)
		loop_turn(loop, deadline_in(1));
	int fd = connect_client();
	say(fd, "good\n");
	assert_heard(fd, "heard: good\nok\n");
	close(fd);
	close(deaf);
	tear_down();
}
END_TEST

START_TEST(binary_control_input_fails_or_closes_the_connection)
{
	char rubbish[4096];
	uint32_t seed = 1;

	set_up();
	for (int i = 0; i < 100; i++) {
		int fd = connect_client();
		for (size_t j = 0; j < sizeof rubbish; j++) {
			seed = seed * 1664525 + 1013904223;
			rubbish[j] = (char)(seed >> 24);
		}
		ck_assert_int_gt(send(fd, rubbish, sizeof rubbish, MSG_NOSIGNAL), 0);
		for (int j = 0; j < 4; j++)
			loop_turn(loop, deadline_in(1));
		close(fd);
	}
	int fd = connect_client();
	say(fd, "good\n");
	assert_heard(fd, "heard: good\nok\n");
	close(fd);
	tear_down();
}
END_TEST

/* Runs in a child: asks for the rights as another user and compares the answer. Returns
 * 0 if it is `expected`. */
static int
ask_as(uid_t uid, gid_t gid, gid_t other, const char *expected)
{
	char text[64] = "";
	size_t length = 0;

	if (setgroups(1, &other) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		return 1;
	int fd = connect_client();
	fcntl(fd, F_SETFL, 0);
	say(fd, "right\n");
	while (length < strlen(expected)) {
		ssize_t n = read(fd, text + length, sizeof text - 1 - length);
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	return strcmp(text, expected) == 0 ? 0 : 1;
}

static void
assert_right(uid_t uid, gid_t gid, gid_t other, const char *expected)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);
	int status = -1;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(ask_as(uid, gid, other, expected));
	while (waitpid(pid, &status, WNOHANG) == 0 && !deadline_passed(deadline))
		loop_turn(loop, deadline_in(10));
	ck_assert_int_eq(status, 0);
}

START_TEST(only_root_the_owner_and_the_group_may_change_anything)
{
	struct controlplace place = {
		.path = suite_path("sock"), .owner = 4711, .group = 4712, .mode = 0666
	};
	struct stat st;

	if (geteuid() != 0) {
		fputs("SKIPPED: only root can be somebody else\n", stderr);
		return;
	}
	ck_assert_int_eq(chmod(suite_folder(), 0755), 0);
	path = place.path;
	loop = loop_new();
	control = control_open(&place, loop, echo_command, &loop, error, sizeof error);
	ck_assert_msg(control != NULL, "%s", error);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0666);
	ck_assert_uint_eq(st.st_uid, 4711);
	ck_assert_uint_eq(st.st_gid, 4712);
	assert_right(0, 0, 0, "change\nok\n");
	assert_right(4711, 1, 1, "change\nok\n");
	assert_right(1, 4712, 1, "change\nok\n");
	assert_right(1, 1, 4712, "change\nok\n");
	assert_right(1, 1, 1, "look\nok\n");
	tear_down();
}
END_TEST

static void
expect_refusal(const char *folder, mode_t mode, const char *reason)
{
	struct controlplace place = place_at(path);

	ck_assert_int_eq(chmod(folder, mode), 0);
	control = open_at(path);
	ck_assert_ptr_null(control);
	ck_assert_msg(strstr(error, reason) != NULL, "%s", error);
	ck_assert_ptr_nonnull(strstr(error, folder));
	error[0] = '\0';
	ck_assert_int_eq(controlplace_try(&place, error, sizeof error), -1);
	ck_assert_int_eq(errno, 0);
	ck_assert_msg(strstr(error, reason) != NULL, "%s", error);
}

START_TEST(a_folder_that_others_may_write_is_refused)
{
	const char *folder = suite_path("run");
	static const char *const writable = "is writable for others";

	loop = loop_new();
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	path = suite_path("run/sock");
	expect_refusal(folder, 0707, writable);
	expect_refusal(folder, 01777, writable);
	/* Members of the daemon's group may write the folder: they may command the
	 * daemon anyway. */
	ck_assert_int_eq(chmod(folder, 0770), 0);
	control = open_at(path);
	ck_assert_msg(control != NULL, "%s", error);
	control_close(control);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(folder, 0, 4711), 0);
		expect_refusal(folder, 0770, writable);
		ck_assert_int_eq(chown(folder, 4711, 0), 0);
		expect_refusal(folder, 0755, "belongs to uid 4711");
	}
	loop_free(loop);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_explained)
{
	loop = loop_new();
	ck_assert_ptr_null(open_at("relative"));
	ck_assert_ptr_nonnull(strstr(error, "relative: is not the path of a socket"));
	ck_assert_ptr_null(open_at("/nonexistent/sock"));
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	loop_free(loop);
}
END_TEST

SUITE("control", an_answer_may_come_later_and_goes_before_the_next_command,
    a_client_that_left_gets_no_answer, each_command_gets_its_lines_and_a_verdict,
    commands_may_come_in_pieces_and_together, a_line_without_an_end_is_hung_up_on,
    idle_clients_give_way_to_new_ones, the_socket_is_its_owners_alone_and_goes_with_it,
    stale_control_socket_is_replaced,
    an_answer_larger_than_the_sockets_buffer_comes_whole,
    control_client_that_never_reads_does_not_delay_others,
    binary_control_input_fails_or_closes_the_connection,
    only_root_the_owner_and_the_group_may_change_anything,
    a_folder_that_others_may_write_is_refused, a_path_that_cannot_be_is_explained)
