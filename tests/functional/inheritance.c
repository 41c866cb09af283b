/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests in which the test process takes over a real tlsd. */
#include "server/process/inheritance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "base/net/fdpassing.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "server/accept/listener.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define NOBODY 65534

static char error[512];

/* Starts a server with a control socket that also listens at these sockets; "" for none. */
static struct daemon *
start(const char *first, const char *second)
{
	return daemon_serve(
	    suite_format("control-socket = %s\nhello-timeout = 5m\n"
			 "handshake-timeout = 5m\nshutdown-timeout = 5m\n"
			 "listen = %s%s%s\n",
		suite_path("ctl"), first, second[0] != '\0' ? ", " : "", second));
}

static struct inheritance *
begin(void)
{
	struct inheritance *inheritance =
	    inheritance_begin(suite_path("ctl"), geteuid(), error, sizeof error);

	ck_assert_msg(inheritance != NULL, "%s", error);
	return inheritance;
}

/* Takes over the Unix-domain listener at `path`. */
static int
take(struct inheritance *inheritance, const char *path)
{
	char *name = memory_format("listen unix:%s", path);
	int fd = inheritance_take(inheritance, name);

	free(name);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	return fd;
}

static void
confirm(struct inheritance *inheritance)
{
	ck_assert_msg(
	    inheritance_confirm(inheritance, error, sizeof error) == 0, "%s", error);
	inheritance_free(inheritance);
}

static void
expect_answer_at(const char *path)
{
	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
}

static void
expect_end(struct daemon *daemon)
{
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}

/* A daemon whose listener this process has taken over, and a client that the daemon had accepted
 * before and that has sent nothing. */
struct handover {
	struct daemon *daemon;
	int client, listener;
};

static struct handover
hand_over(void)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = start(path, "");
	size_t descriptors = daemon_descriptors(daemon);
	int client = peer_dial_path(path);

	daemon_expect_descriptors(daemon, descriptors + 1);
	struct inheritance *inheritance = begin();
	int listener = take(inheritance, path);
	confirm(inheritance);
	return (struct handover){ daemon, client, listener };
}

START_TEST(accepted_client_is_served_by_the_old_process)
{
	struct handover handover = hand_over();

	ck_assert_str_eq(peer_ask_over(handover.client, NULL), HELLO);
	expect_end(handover.daemon);
	close(handover.listener);
}
END_TEST

START_TEST(later_client_waits_for_the_new_process)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = start(path, "");
	struct inheritance *inheritance = begin();
	int fd = take(inheritance, path);

	confirm(inheritance);
	expect_end(daemon);
	int client = peer_dial_path(path);
	int accepted = accept(fd, NULL, NULL);
	ck_assert_int_ge(accepted, 0);
	close(accepted);
	close(client);
	close(fd);
}
END_TEST

START_TEST(upgrade_aborted_before_confirm_changes_nothing)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = start(path, "");

	for (int i = 0; i < 20; i++) {
		struct inheritance *inheritance = begin();
		close(take(inheritance, path));
		inheritance_free(inheritance);
		expect_answer_at(path);
		ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	}
	daemon_stop(daemon);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(access(suite_path("ctl"), F_OK), -1);
}
END_TEST

START_TEST(sockets_that_the_new_process_does_not_keep_are_removed)
{
	const char *kept = suite_path("kept"), *other = suite_path("other");
	struct daemon *daemon = start(kept, other);
	struct inheritance *inheritance = begin();
	int fd = take(inheritance, kept);

	confirm(inheritance);
	ck_assert_int_eq(access(other, F_OK), -1);
	ck_assert_int_eq(access(suite_path("ctl"), F_OK), -1);
	expect_end(daemon);
	ck_assert_int_eq(access(kept, F_OK), 0);
	close(fd);
}
END_TEST

START_TEST(second_confirm_is_refused)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = start(path, "");
	int waiting = peer_dial_path(path);
	struct inheritance *first = begin(), *second = begin();
	int fd = take(first, path), other = take(second, path);

	confirm(first);
	ck_assert_int_eq(inheritance_confirm(second, error, sizeof error), -1);
	ck_assert_ptr_nonnull(strstr(error, "is stopping"));
	inheritance_free(second);
	close(waiting);
	close(fd);
	close(other);
	expect_end(daemon);
}
END_TEST

/* Sends `commands` to the daemon's control socket. Expects an answer that contains `expected`. */
static void
expect_said(const char *commands, const char *expected)
{
	char answer[512];
	int fd = peer_dial_path(suite_path("ctl"));

	peer_say(fd, commands);
	shutdown(fd, SHUT_WR);
	peer_hear(fd, answer, sizeof answer);
	ck_assert_msg(strstr(answer, expected) != NULL, "%s", answer);
}

START_TEST(confirm_and_keep_require_an_offer)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = start(path, "");

	expect_said("confirm\n", "has offered nothing");
	expect_said("keep 0\n", "an offered descriptor");
	expect_said("keep -1\n", "an offered descriptor");
	expect_said("keep\n", "an offered descriptor");
	expect_answer_at(path);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_is_refused_after_a_handover)
{
	struct handover handover = hand_over();

	daemon_reload(handover.daemon, "the server is stopping");
	ck_assert_str_eq(peer_ask_over(handover.client, NULL), HELLO);
	expect_end(handover.daemon);
	close(handover.listener);
}
END_TEST

START_TEST(replaced_process_writes_its_status_and_stops_on_sigterm)
{
	struct handover handover = hand_over();

	daemon_signal(handover.daemon, SIGUSR2);
	daemon_expect(handover.daemon, ", stopping");
	daemon_signal(handover.daemon, SIGTERM);
	expect_end(handover.daemon);
	close(handover.client);
	close(handover.listener);
}
END_TEST

START_TEST(upgrade_without_a_running_server_is_an_error)
{
	ck_assert_ptr_null(
	    inheritance_begin(suite_path("nowhere"), geteuid(), error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "no tlsd answers there"));
	ck_assert_ptr_null(
	    inheritance_begin("no path", geteuid(), error, sizeof error));
}
END_TEST

static struct address
address_of(const char *text)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(address_parse_listen(text, addresses, wrong), 1);
	return addresses[0];
}

START_TEST(only_a_socket_that_listens_there_is_adopted)
{
	struct address any = address_of("127.0.0.1:0"),
		       other = address_of("127.0.0.2:0"),
		       port = address_of("127.0.0.1:1"), path = address_of("/nowhere");
	struct listener *first = listener_open(&any, 0600, 5);

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(listener_adopt(first->fd, &other, 5));
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_ptr_null(listener_adopt(first->fd, &port, 5));
	ck_assert_ptr_null(listener_adopt(first->fd, &path, 5));
	ck_assert_ptr_null(listener_adopt(STDERR_FILENO, &any, 5));
	struct listener *second = listener_adopt(dup(first->fd), &any, 5);
	ck_assert_ptr_nonnull(second);
	listener_close(second);
	listener_close(first);
}
END_TEST

/* Runs in a child. Acts at `path` as an old tlsd, no longer root and under an
 * attacker's control. It replaces the socket that it hands over with a link to
 * `victim`. */
static void __attribute__((noreturn))
betray(const char *path, const char *victim, int ready)
{
	char line[256], *name = memory_format("control-socket %s\n", path);

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		_exit(1);
	int fd = peer_listen_path(path, 5);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	int asking = accept(fd, NULL, NULL);
	if (recv(asking, line, sizeof line, 0) <= 0 ||
	    fdpassing_send(asking, name, fd) < 0 || unlink(path) < 0 ||
	    symlink(victim, path) < 0)
		_exit(1);
	peer_say(asking, "ok\n");
	if (recv(asking, line, sizeof line, 0) > 0)
		peer_say(asking, "failed\n");
	free(name);
	_exit(0);
}

START_TEST(root_gives_no_other_file_away_for_the_control_socket)
{
	const char *folder = suite_path("run"), *victim = suite_file("victim", "");
	const char *path = suite_format("%s/ctl", folder), *output;
	char byte;
	struct stat st;
	int ready[2], status;

	if (geteuid() != 0 || SUITE_IS_SANITIZED) {
		fputs("SKIPPED: only root can give files away\n", stderr);
		return;
	}
	ck_assert_int_eq(chmod(suite_folder(), 0755), 0);
	ck_assert_int_eq(mkdir(folder, 0755), 0);
	ck_assert_int_eq(chown(folder, NOBODY, NOBODY), 0);
	ck_assert_int_eq(chmod(victim, 0600), 0);
	ck_assert_int_eq(pipe(ready), 0);
	pid_t old = fork();
	if (old == 0)
		betray(path, victim, ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	char *more = memory_format("user = nobody\ncontrol-socket = %s\n", path);
	const char *const arguments[] = { "-fuc",
		suite_file("tlsd.ini", daemon_ini(more)), NULL };
	ck_assert_int_eq(daemon_run(&output, arguments), 1);
	ck_assert_int_eq(waitpid(old, &status, 0), old);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(stat(victim, &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_ptr_nonnull(strstr(output, "tlsd: control-socket: "));
	free(more);
}
END_TEST

SUITE("inheritance", accepted_client_is_served_by_the_old_process,
    later_client_waits_for_the_new_process,
    upgrade_aborted_before_confirm_changes_nothing,
    sockets_that_the_new_process_does_not_keep_are_removed, second_confirm_is_refused,
    confirm_and_keep_require_an_offer, reload_is_refused_after_a_handover,
    replaced_process_writes_its_status_and_stops_on_sigterm,
    upgrade_without_a_running_server_is_an_error,
    only_a_socket_that_listens_there_is_adopted,
    root_gives_no_other_file_away_for_the_control_socket)
