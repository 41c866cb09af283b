/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd that cannot accept clients or create threads. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "faults/poor.h"

#define SHEDDING ": shedding load"
#define RETRIES 5

static void
let_accept_fail(struct poor *poor, int error)
{
	atomic_store(&poor->shortage->accept_error, error);
}

/* Waits until accept has been retried, and has failed, RETRIES more times. */
static void
await_retries(struct poor *poor)
{
	long long deadline = daemon_deadline();
	long before = atomic_load(&poor->shortage->refused);

	while (atomic_load(&poor->shortage->refused) < before + RETRIES)
		daemon_pause(deadline, "it does not try again");
}

/* Returns a client that has sent its ClientHello. */
static struct peer *
call(struct poor *poor)
{
	struct peer *peer = peer_new(peer_dial(poor->port), NULL);

	peer_step(peer);
	return peer;
}

/* Returns a client that cannot be accepted, after the log has said so. */
static struct peer *
be_kept_out(struct poor *poor)
{
	let_accept_fail(poor, ENFILE);
	struct peer *peer = call(poor);
	daemon_expect(poor->daemon, SHEDDING);
	return peer;
}

/* Expects the client to be served now, and frees it. */
static void
hang_up(struct peer *peer)
{
	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_str_eq(peer->answer, POOR_HELLO);
	peer_free(peer);
}

/* Returns an accepted connection that has sent a single byte. */
static int
dawdle(struct poor *poor)
{
	int fd = peer_dial(poor->port);

	peer_send(fd, "\x16", 1);
	daemon_expect_descriptors(poor->daemon, poor->descriptors + 1);
	return fd;
}

/* The earlier client is closed in favour of the one that cannot be accepted, in vain. */
static void
shed_load(int error, const char *reason)
{
	struct poor poor = poor_serve("hello-timeout = 5m\n");
	char *line = memory_format(": accept: %s" SHEDDING, strerrordesc_np(error));
	int early = dawdle(&poor);

	let_accept_fail(&poor, error);
	struct peer *late = call(&poor);
	daemon_expect(poor.daemon, line);
	peer_see_off(early);
	daemon_expect(poor.daemon, reason);
	await_retries(&poor);
	daemon_expect_calm(poor.daemon);
	daemon_reload(poor.daemon, "done");
	ck_assert_uint_eq(daemon_count(poor.daemon, SHEDDING), 1);
	let_accept_fail(&poor, 0);
	hang_up(late);
	poor_settle(&poor);
	free(line);
	poor_stop(&poor);
}

START_TEST(accept_sheds_load_at_the_process_descriptor_limit)
{
	shed_load(EMFILE, "the limit of open files was reached: oldest connection");
}
END_TEST

START_TEST(accept_sheds_load_at_the_system_descriptor_limit)
{
	shed_load(
	    ENFILE, "the system's limit of open files was reached: oldest connection");
}
END_TEST

START_TEST(accept_sheds_load_without_kernel_memory)
{
	shed_load(ENOMEM, "the limit of memory was reached: oldest connection");
	shed_load(ENOBUFS, "the limit of memory was reached: oldest connection");
}
END_TEST

START_TEST(memory_shortage_is_not_logged_if_no_client_waits_for_accept)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };
	struct poor poor = poor_serve("");

	ck_assert(poor_attempt(&poor, &life));
	poor_settle(&poor);
	poor_order(&poor, 1, POOR_ALL);
	ck_assert(poor_attempt(&poor, &life));
	poor_settle(&poor);
	ck_assert_int_gt(poor_relieve(&poor), 0);
	ck_assert(poor_attempt(&poor, &life));
	poor_settle(&poor);
	daemon_expect_times(poor.daemon, ": tlsd: done TLS1.3 ", 3);
	ck_assert_uint_eq(daemon_count(poor.daemon, SHEDDING), 0);
	poor_stop(&poor);
}
END_TEST

/* For example because of a wrong firewall rule. No connection is closed for that. */
START_TEST(accept_is_retried_after_a_permission_error)
{
	struct poor poor = poor_serve("hello-timeout = 5m\n");
	int early = dawdle(&poor);
	char byte;

	let_accept_fail(&poor, EPERM);
	struct peer *late = call(&poor);
	daemon_expect(poor.daemon, ": accept: Operation not permitted");
	await_retries(&poor);
	daemon_expect_calm(poor.daemon);
	ck_assert_uint_eq(daemon_count(poor.daemon, ": accept: "), 1);
	let_accept_fail(&poor, 0);
	hang_up(late);
	ck_assert_int_eq((int)recv(early, &byte, 1, MSG_DONTWAIT), -1);
	close(early);
	poor_stop(&poor);
}
END_TEST

START_TEST(control_socket_retries_accept_after_an_error)
{
	char *ini = memory_format("control-socket = %s\n", suite_path("control")), byte;
	static const int errors[] = { ENFILE, EPERM };

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		struct poor poor = poor_serve(ini);
		let_accept_fail(&poor, errors[i]);
		int fd = peer_dial_path(suite_path("control"));
		peer_say(fd, "status\n");
		await_retries(&poor);
		daemon_expect_calm(poor.daemon);
		ck_assert_int_eq((int)recv(fd, &byte, 1, MSG_DONTWAIT), -1);
		let_accept_fail(&poor, 0);
		ck_assert_int_eq((int)recv(fd, &byte, 1, 0), 1);
		close(fd);
		poor_stop(&poor);
	}
	free(ini);
}
END_TEST

/* await_retries() lets all lines of one shortage be logged before the next. */
START_TEST(load_shedding_is_logged_once_a_minute)
{
	struct poor poor = poor_serve("");

	struct peer *peer = be_kept_out(&poor);
	await_retries(&poor);
	atomic_store(&poor.shortage->ahead_s, 58);
	await_retries(&poor);
	atomic_store(&poor.shortage->ahead_s, 61);
	daemon_expect_times(poor.daemon, SHEDDING, 2);
	await_retries(&poor);
	atomic_store(&poor.shortage->ahead_s, 122);
	daemon_expect_times(poor.daemon, SHEDDING, 3);
	await_retries(&poor);
	let_accept_fail(&poor, 0);
	hang_up(peer);
	daemon_expect(poor.daemon, ": done TLS");
	ck_assert_uint_eq(daemon_count(poor.daemon, SHEDDING), 3);
	poor_stop(&poor);
}
END_TEST

START_TEST(shutdown_does_not_wait_for_clients_that_cannot_be_accepted)
{
	struct poor poor = poor_serve("");

	struct peer *peer = be_kept_out(&poor);
	poor_stop(&poor);
	ck_assert_int_ne(peer_run(peer), 0);
	peer_free(peer);
}
END_TEST

/* Thread 1 is the log's, the next are the workers'. Returns true if tlsd started. */
static bool
start_without_thread(const char *ini, long number)
{
	struct poor poor = poor_spawn(ini, number);

	if (number > 1 + 3) {
		daemon_expect(poor.daemon, ": started: 3 workers");
		ck_assert_int_eq(atomic_load(&poor.shortage->started), number - 1);
	} else {
		ck_assert_int_eq(daemon_wait(poor.daemon), 1);
		ck_assert_int_eq(atomic_load(&poor.shortage->started), number);
		daemon_expect(
		    poor.daemon, number == 1 ? "tlsd: log: cannot create a thread: "
					     : "workers: cannot create 3 threads "
					       "(Resource temporarily unavailable): ");
	}
	bool started = poor.daemon->pid > 0;
	long running = atomic_load(&poor.shortage->running);
	ck_assert_int_eq(running, started ? 1 + 3 : 0);
	poor_stop(&poor);
	return started;
}

START_TEST(start_fails_and_joins_other_threads_if_one_cannot_be_created)
{
	char *ini =
	    memory_format("workers = 3\ncontrol-socket = %s\n", suite_path("control"));
	long number = 1;

	while (!start_without_thread(ini, number))
		number++;
	ck_assert_int_eq(number, 1 + 3 + 1);
	ck_assert_int_ne(access(suite_path("control"), F_OK), 0);
	free(ini);
}
END_TEST

POOR("shortage of files and threads", accept_sheds_load_at_the_process_descriptor_limit,
    accept_sheds_load_at_the_system_descriptor_limit,
    accept_sheds_load_without_kernel_memory,
    memory_shortage_is_not_logged_if_no_client_waits_for_accept,
    accept_is_retried_after_a_permission_error,
    control_socket_retries_accept_after_an_error, load_shedding_is_logged_once_a_minute,
    shutdown_does_not_wait_for_clients_that_cannot_be_accepted,
    start_fails_and_joins_other_threads_if_one_cannot_be_created)
