/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd that runs out of a resource: it sheds load, logs that once, does
 * not spin, and recovers by itself. Other tests check that clients cannot keep it busy. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/repeater.h"
#include "lib/suite.h"
#include "lib/talk.h"

#define HELLO "Hello, TLS!\n"
#define PATIENT "workers = 4\nhello-timeout = 5m\n"
#define SHEDDING ": shedding load"
#define CROWD 60
#define QUIET_CROWD 45

/* More than there is memory for, but no more than can wait to be accepted by a slow process: at
 * more, connect(2) would wait for a process that pauses. */
#define MANY 4000

/* Sets the daemon's soft limit of `resource`, at most to the hard limit. */
static void
limit(const struct daemon *daemon, enum __rlimit_resource resource, rlim_t count)
{
	struct rlimit limits;

	ck_assert_int_eq(prlimit(daemon->pid, resource, NULL, &limits), 0);
	limits.rlim_cur = count < limits.rlim_max ? count : limits.rlim_max;
	ck_assert_int_eq(prlimit(daemon->pid, resource, &limits, NULL), 0);
}

/* Returns the number after `name` in /proc/PID/status, or 0 if the name is missing. */
static unsigned long
read_number(const struct daemon *daemon, const char *name)
{
	char *path = memory_format("/proc/%d/status", daemon->pid), line[256];
	FILE *file = fopen(path, "r");
	unsigned long number = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			number = strtoul(line + strlen(name), NULL, 10);
	fclose(file);
	free(path);
	return number;
}

/* Connects clients that send the first byte of a ClientHello. */
static void
open_crowd(unsigned port, int fds[CROWD])
{
	for (int i = 0; i < CROWD; i++) {
		fds[i] = peer_dial(port);
		peer_send(fds[i], "\x16", 1);
	}
}

static void
close_crowd(const int fds[CROWD])
{
	for (int i = 0; i < CROWD; i++)
		close(fds[i]);
}

START_TEST(accept_pauses_without_descriptors_and_resumes_when_some_are_free)
{
	struct daemon *daemon = daemon_serve(PATIENT);
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	int fds[CROWD];

	limit(daemon, RLIMIT_NOFILE, descriptors);
	open_crowd(port, fds);
	daemon_expect(daemon, ": accept: Too many open files" SHEDDING);
	daemon_expect_calm(daemon);
	ck_assert_uint_eq(daemon_count(daemon, SHEDDING), 1);
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	ck_assert_str_eq(peer_ask(port), HELLO);
	close_crowd(fds);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(accepted_connection_gets_its_file_when_descriptors_run_out)
{
	char *ini = memory_format(
	    PATIENT "respond = file\nfile = %s\n", suite_file("hello", HELLO));
	struct daemon_options options = { .ini = daemon_ini(ini), .descriptors = 64 };
	struct daemon *daemon = daemon_spawn(&options);
	int fds[CROWD];

	daemon_expect(daemon, ": started: ");
	unsigned port = daemon_port(daemon);
	open_crowd(port, fds);
	daemon_expect(daemon, SHEDDING);
	for (int i = 0; i < 20; i++)
		ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_reload(daemon, "done");
	close_crowd(fds);
	ck_assert_uint_eq(daemon_count(daemon, SHEDDING), 1);
	ck_assert_uint_eq(daemon_count(daemon, ": tlsd: internal: "), 0);
	daemon_stop(daemon);
	free(ini);
}
END_TEST

static void
meet_all(struct peer *peers[QUIET_CROWD], unsigned port)
{
	for (int i = 0; i < QUIET_CROWD; i++)
		peers[i] = talk_meet(port, NULL);
}

static void
part_from_all(struct peer *peers[QUIET_CROWD])
{
	for (int i = 0; i < QUIET_CROWD; i++)
		peer_free(peers[i]);
}

/* Accepts clients before they need further descriptors; then all need them at once.
 * Silent clients must be closed in favour of others. */
static void
expect_descriptors_go_round(const char *settings, struct peer *peers[QUIET_CROWD])
{
	struct daemon_options options = { .ini = daemon_ini(settings),
		.descriptors = 96 };
	struct daemon *daemon = daemon_spawn(&options);

	daemon_expect(daemon, ": started: ");
	size_t descriptors = daemon_descriptors(daemon);
	for (int i = 0; i < QUIET_CROWD; i++)
		peers[i] = peer_new(peer_dial(daemon_port(daemon)), NULL);
	daemon_expect_descriptors(daemon, descriptors + QUIET_CROWD);
	for (int i = 0; i < QUIET_CROWD; i++)
		peer_step(peers[i]);
	for (int i = 0; i < QUIET_CROWD; i++)
		peer_shake(peers[i]);
	struct peer *late = talk_meet(daemon_port(daemon), NULL);
	talk_expect_echo(late);
	peer_free(late);
	daemon_expect(daemon,
	    ": refused-limit: the limit of open files was reached: oldest connection "
	    "of the client with the most parked");
	ck_assert_uint_eq(daemon_count(daemon, SHEDDING), 1);
	part_from_all(peers);
	daemon_expect_descriptors(daemon, descriptors);
	ck_assert_uint_eq(daemon_count(daemon, ": internal: "), 0);
	daemon_stop(daemon);
}

START_TEST(idle_exec_connections_are_closed_when_descriptors_run_out)
{
	struct peer *peers[QUIET_CROWD];

	expect_descriptors_go_round(
	    PATIENT "max-workers = 100\nrespond = exec\nexec = /bin/cat\n", peers);
}
END_TEST

START_TEST(idle_relay_connections_are_closed_when_descriptors_run_out)
{
	const char *path = suite_path("backend");
	struct peer *peers[QUIET_CROWD];
	struct repeater repeater;

	repeater_open(&repeater, path);
	expect_descriptors_go_round(
	    suite_format(PATIENT "respond = connect\nconnect = %s\n", path), peers);
	repeater_close(&repeater);
}
END_TEST

START_TEST(raised_descriptor_limit_takes_effect_at_once)
{
	struct daemon *daemon = daemon_serve(
	    PATIENT "max-workers = 100\nrespond = exec\nexec = /bin/cat\n");
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[QUIET_CROWD];

	limit(daemon, RLIMIT_NOFILE, descriptors + QUIET_CROWD);
	meet_all(peers, port);
	daemon_expect(daemon, ": refused-limit: ");
	part_from_all(peers);
	daemon_expect_descriptors(daemon, descriptors);
	/* With the low limit still set, tlsd notices that descriptors are available again. */
	peer_free(talk_meet(port, NULL));
	peer_free(talk_meet(port, NULL));
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	size_t refused = daemon_count(daemon, ": refused-limit: ");
	meet_all(peers, port);
	for (int i = 0; i < QUIET_CROWD; i++)
		talk_expect_echo(peers[i]);
	ck_assert_uint_eq(daemon_count(daemon, ": refused-limit: "), refused);
	part_from_all(peers);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(control_connection_waits_until_a_descriptor_is_free)
{
	char *ini = memory_format("control-socket = %s\n", suite_path("control")), byte;
	struct daemon *daemon = daemon_serve(ini);

	limit(daemon, RLIMIT_NOFILE, daemon_descriptors(daemon));
	int fd = peer_dial_path(suite_path("control"));
	peer_say(fd, "status\n");
	daemon_expect_calm(daemon);
	ck_assert_int_eq((int)recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	ck_assert_int_eq((int)recv(fd, &byte, 1, 0), 1);
	close(fd);
	daemon_stop(daemon);
	free(ini);
}
END_TEST

START_TEST(reload_without_descriptors_fails_and_skips_no_service)
{
	struct daemon *daemon = daemon_serve("on-bad-cert = skip\n");
	unsigned port = daemon_port(daemon);

	limit(daemon, RLIMIT_NOFILE, daemon_descriptors(daemon));
	daemon_reload(daemon, "failed");
	ck_assert_uint_eq(daemon_count(daemon, "is skipped"), 0);
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	daemon_reload(daemon, "done");
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* With 0 to 3 more descriptors, a reload succeeds or fails as a whole. */
START_TEST(reload_with_too_few_descriptors_skips_no_service)
{
	struct daemon *daemon = daemon_serve("on-bad-cert = skip\n");
	size_t descriptors = daemon_descriptors(daemon);

	for (rlim_t more = 0; more < 4; more++) {
		size_t all = daemon_count(daemon, "reload: done") +
		             daemon_count(daemon, "reload: failed");
		long long deadline = daemon_deadline();
		limit(daemon, RLIMIT_NOFILE, descriptors + more);
		daemon_signal(daemon, SIGHUP);
		while (daemon_count(daemon, "reload: done") +
			   daemon_count(daemon, "reload: failed") ==
		       all)
			daemon_pause(deadline, "no reload");
	}
	ck_assert_uint_gt(daemon_count(daemon, "reload: failed"), 1);
	ck_assert_uint_eq(daemon_count(daemon, "is skipped"), 0);
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	daemon_reload(daemon, "done");
	daemon_stop(daemon);
}
END_TEST

START_TEST(accept_pauses_without_memory_and_resumes_when_some_is_free)
{
	struct daemon *daemon = daemon_serve(PATIENT "max-waiting = 100000\n");
	unsigned port = daemon_port(daemon);
	int fds[MANY], count = 0;

	peer_raise_limit();
	limit(daemon, RLIMIT_DATA, read_number(daemon, "VmData:") * 1024);
	for (; daemon_count(daemon, SHEDDING) == 0 && count < MANY; count++) {
		fds[count] = peer_dial(port);
		peer_send(fds[count], "\x16", 1);
	}
	daemon_expect(daemon, ": accept: Cannot allocate memory" SHEDDING);
	daemon_expect_calm(daemon);
	daemon_reload(daemon, "failed");
	ck_assert_uint_eq(daemon_count(daemon, SHEDDING), 1);
	limit(daemon, RLIMIT_DATA, RLIM_INFINITY);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_reload(daemon, "done");
	while (count > 0)
		close(fds[--count]);
	daemon_stop(daemon);
}
END_TEST

/* Starts a relay to a backend on `port` of 127.0.0.1. */
static struct daemon *
relay_to(unsigned port)
{
	return daemon_serve(suite_format("listen = %s\nworkers = 8\nrespond = connect\n"
					 "connect = 127.0.0.1:%u\n",
	    suite_path("front"), port));
}

/* Expects the only client to have failed as `text` says. If it was slow, it may instead
 * have been parked in its handshake and closed, as parked connections are. */
static void
expect_failure(struct daemon *daemon, const char *text)
{
	daemon_expect(daemon, ": tlsd: ");
	if (daemon_count(daemon, ": tlsd: refused-limit: ") == 0)
		daemon_expect(daemon, text);
}

START_TEST(local_lack_of_descriptors_does_not_mark_a_backend_as_failed)
{
	unsigned port = 0;
	int backend = peer_listen(&port);
	struct daemon *daemon = relay_to(port);

	limit(daemon, RLIMIT_NOFILE, daemon_descriptors(daemon) + 1);
	struct peer *peer = peer_new(peer_dial_path(suite_path("front")), NULL);
	ck_assert_int_ne(peer_run(peer), 0);
	peer_free(peer);
	expect_failure(daemon, ": tlsd: internal: 127.0.0.1:");
	ck_assert_uint_eq(daemon_count(daemon, "avoided"), 0);
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	peer = peer_new(peer_dial_path(suite_path("front")), NULL);
	ck_assert_int_eq(peer_shake(peer), 0);
	close(accept(backend, NULL, NULL));
	peer_free(peer);
	daemon_stop(daemon);
	close(backend);
}
END_TEST

START_TEST(failure_to_start_a_program_ends_only_its_own_connection)
{
	struct daemon *daemon =
	    daemon_serve("respond = exec\nexec = /bin/echo hello\n");
	unsigned port = daemon_port(daemon);

	if (geteuid() != 0) { /* root is exempt */
		limit(daemon, RLIMIT_NPROC, 1);
		ck_assert_int_ne(peer_try(port, NULL), 0);
		daemon_expect(daemon,
		    ": tlsd: internal: /bin/echo cannot be started: Resource temp");
		limit(daemon, RLIMIT_NPROC, RLIM_INFINITY);
	}
	limit(daemon, RLIMIT_NOFILE, daemon_descriptors(daemon) + 1);
	ck_assert_int_ne(peer_try(port, NULL), 0);
	expect_failure(
	    daemon, ": tlsd: internal: /bin/echo cannot be started: Too many open");
	limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
	ck_assert_str_eq(peer_ask(port), "hello\n");
	daemon_stop(daemon);
}
END_TEST

START_TEST(start_fails_with_the_reason_if_no_thread_can_be_created)
{
	struct rlimit before, few;

	ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
	few = before;
	few.rlim_cur = 1 << 30;
	struct daemon_options options = { .ini = daemon_ini(
					      "workers = 4096\nstack-size = 4m\n") };
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &few), 0);
	struct daemon *daemon = daemon_spawn(&options);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
	ck_assert_int_eq(daemon_wait(daemon), 1);
	daemon_expect(daemon, "workers: cannot create 4096 threads (");
	daemon_stop(daemon);
}
END_TEST

START_TEST(log_file_at_its_size_limit_does_not_stop_service)
{
	struct daemon *daemon = daemon_serve("");
	unsigned port = daemon_port(daemon);

	limit(daemon, RLIMIT_FSIZE, 1);
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_expect_calm(daemon);
	ck_assert_uint_eq(daemon_count(daemon, ": tlsd: done "), 0);
	limit(daemon, RLIMIT_FSIZE, RLIM_INFINITY);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_expect(daemon, " could not be written");
	daemon_stop(daemon);
}
END_TEST

/* A peek ends at an urgent byte, but the kernel counts the bytes after it as available. */
START_TEST(hello_after_an_urgent_byte_does_not_cause_busy_waiting)
{
	struct daemon *daemon = daemon_serve(PATIENT);
	unsigned port = daemon_port(daemon);
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(port);

	peer_send(fd, hello, 50);
	ck_assert_int_eq(send(fd, "!", 1, MSG_OOB), 1);
	peer_send(fd, hello + 50, size - 50);
	/* The first connection was accepted before the next one. */
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_expect_calm(daemon);
	close(fd);
	daemon_stop(daemon);
}
END_TEST

SUITE("exhaustion", accept_pauses_without_descriptors_and_resumes_when_some_are_free,
    accepted_connection_gets_its_file_when_descriptors_run_out,
    idle_exec_connections_are_closed_when_descriptors_run_out,
    idle_relay_connections_are_closed_when_descriptors_run_out,
    raised_descriptor_limit_takes_effect_at_once,
    control_connection_waits_until_a_descriptor_is_free,
    reload_without_descriptors_fails_and_skips_no_service,
    reload_with_too_few_descriptors_skips_no_service,
    local_lack_of_descriptors_does_not_mark_a_backend_as_failed,
    failure_to_start_a_program_ends_only_its_own_connection,
    log_file_at_its_size_limit_does_not_stop_service,
    hello_after_an_urgent_byte_does_not_cause_busy_waiting)
SUITE_IF(suite_lacks_own_memory, "exhaustion of memory",
    accept_pauses_without_memory_and_resumes_when_some_is_free,
    start_fails_with_the_reason_if_no_thread_can_be_created)
