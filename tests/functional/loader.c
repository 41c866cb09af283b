/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests a reload that takes long because the name of a listening address is not resolved, or
 * because the disk does not answer. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"
#include "server/process/inheritance.h"

#define HELLO "Hello, TLS!\n"
#define HOST "here.example"

static void
slow_down(void)
{
	suite_file(HOST, "wait");
}

static void
speed_up(void)
{
	suite_file(HOST, "127.0.0.1");
}

/* Starts a server with a control socket, listening at an address that is a name. */
static struct daemon *
serve(void)
{
	const char *folder = getenv("top_builddir");
	char *library =
	    memory_format("%s/fakesystem.so", folder != NULL ? folder : ".");

	speed_up();
	setenv("LD_PRELOAD", library, 1);
	setenv("FAKE_SYSTEM", suite_folder(), 1);
	struct daemon *daemon = daemon_serve(
	    suite_format("control-socket = %s\nshutdown-timeout = 5m\n[one]\n"
			 "listen = " HOST ":0\n",
		suite_path("control")));
	unsetenv("LD_PRELOAD");
	free(library);
	return daemon;
}

static const char *
lacks_preload(void)
{
	return SUITE_IS_SANITIZED ? "a sanitizer has to be loaded first" : NULL;
}

static int
ask(const char *command)
{
	int fd = peer_dial_path(suite_path("control"));

	peer_say(fd, command);
	return fd;
}

static void
expect_answer(int fd, const char *expected)
{
	char answer[4096];

	peer_hear(fd, answer, sizeof answer);
	ck_assert_msg(strstr(answer, expected) != NULL, "%s", answer);
	close(fd);
}

static void
expect_status(const char *line)
{
	char answer[65536] = "";
	long long deadline = daemon_deadline();

	for (; strstr(answer, line) == NULL; daemon_pause(deadline, line)) {
		int fd = ask("status\n");
		shutdown(fd, SHUT_WR);
		peer_hear(fd, answer, sizeof answer);
	}
}

START_TEST(clients_are_served_while_a_reload_runs)
{
	struct daemon *daemon = serve();
	slow_down();
	int asking = ask("reload\n");

	expect_status("\nreload: running for ");
	ck_assert_str_eq(peer_ask(daemon_port_of(daemon, "127.0.0.1", "one")), HELLO);
	ck_assert_uint_eq(daemon_count(daemon, "reload: done"), 0);
	speed_up();
	shutdown(asking, SHUT_WR);
	expect_answer(asking, "ok\n");
	daemon_expect(daemon, "reload: done");
	daemon_stop(daemon);
}
END_TEST

START_TEST(clients_are_served_while_the_disk_does_not_answer)
{
	struct daemon *daemon = serve();
	const char *certificate = suite_path("server.crt");
	suite_file("disk", certificate);
	/* The file has changed, so it is read again. */
	ck_assert_int_eq(utimensat(AT_FDCWD, certificate, NULL, 0), 0);
	int asking = ask("reload\n");

	expect_status("\nreload: running for ");
	for (int i = 0; i < 20; i++)
		ck_assert_str_eq(
		    peer_ask(daemon_port_of(daemon, "127.0.0.1", "one")), HELLO);
	expect_status("\nreload: running for ");
	ck_assert_uint_eq(daemon_count(daemon, "reload: done"), 0);
	suite_file("disk", "");
	shutdown(asking, SHUT_WR);
	expect_answer(asking, "ok\n");
	daemon_expect(daemon, "reload: done");
	daemon_stop(daemon);
}
END_TEST

START_TEST(reloads_that_are_asked_for_meanwhile_are_one)
{
	struct daemon *daemon = serve();
	slow_down();

	daemon_signal(daemon, SIGHUP);
	expect_status("\nreload: running for ");
	int second = ask("reload\n"), third = ask("reload\n");
	daemon_signal(daemon, SIGHUP);
	ck_assert_str_eq(peer_ask(daemon_port_of(daemon, "127.0.0.1", "one")), HELLO);
	speed_up();
	shutdown(second, SHUT_WR);
	shutdown(third, SHUT_WR);
	expect_answer(second, "ok\n");
	expect_answer(third, "ok\n");
	daemon_expect_times(daemon, "reload: done", 2);
	daemon_reload(daemon, "done");
	ck_assert_uint_eq(daemon_count(daemon, "reload: done"), 3);
	daemon_stop(daemon);
}
END_TEST

START_TEST(stop_does_not_wait_for_a_running_reload)
{
	struct daemon *daemon = serve();
	slow_down();
	int asking = ask("reload\n");

	expect_status("\nreload: running for ");
	daemon_signal(daemon, SIGTERM);
	shutdown(asking, SHUT_WR);
	expect_answer(asking, "error: the server is stopping\nfailed\n");
	daemon_expect(daemon, "reload: canceled: the server is stopping");
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(upgrade_does_not_wait_for_a_running_reload)
{
	struct daemon *daemon = serve();
	char error[512];
	slow_down();
	int asking = ask("reload\n");

	expect_status("\nreload: running for ");
	struct inheritance *inheritance =
	    inheritance_begin(suite_path("control"), geteuid(), error, sizeof error);
	ck_assert_msg(inheritance != NULL, "%s", error);
	ck_assert_int_eq(inheritance_confirm(inheritance, error, sizeof error), 0);
	inheritance_free(inheritance);
	shutdown(asking, SHUT_WR);
	expect_answer(asking, "error: the server is stopping\nfailed\n");
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_keeps_an_address_whose_name_does_not_resolve_any_more)
{
	struct daemon *daemon = serve();
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");

	suite_file(HOST, "fail");
	daemon_reload(daemon, "done");
	ck_assert_uint_gt(daemon_count(daemon, "so its last addresses stay in use"), 0);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_stop(daemon);
}
END_TEST

SUITE_IF(lacks_preload, "loader", clients_are_served_while_a_reload_runs,
    clients_are_served_while_the_disk_does_not_answer,
    reloads_that_are_asked_for_meanwhile_are_one,
    stop_does_not_wait_for_a_running_reload, upgrade_does_not_wait_for_a_running_reload,
    reload_keeps_an_address_whose_name_does_not_resolve_any_more)
