/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd with one worker, against clients that delay their handshakes or
 * do not read their answers: they wait without the worker. */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define PATIENT "workers = 1\nhello-timeout = 5m\nhandshake-timeout = 5m\n"
#define WAITING 5

static const struct peer_options tls12 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.2" };

/* Connects to the server's port, or to the path of its socket. */
static int
dial(struct daemon *daemon, bool by_path)
{
	return by_path ? peer_dial_path(suite_path("front"))
	               : peer_dial(daemon_port(daemon));
}

/* Returns a client that has received the server's first flight, and does not continue. */
static struct peer *
begin(int fd)
{
	struct peer *peer = peer_new(fd, &tls12);
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLIN };

	peer->deaf = true;
	peer_step(peer);
	ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
	peer->deaf = false;
	return peer;
}

static struct peer **
begin_all(struct daemon *daemon, bool by_path, size_t count)
{
	struct peer **peers = memory_new(count * sizeof(struct peer *));

	for (size_t i = 0; i < count; i++)
		peers[i] = begin(dial(daemon, by_path));
	return peers;
}

static void
others_are_served(const char *settings, bool by_path)
{
	struct daemon *daemon = daemon_serve(settings);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer **peers = begin_all(daemon, by_path, WAITING);

	ck_assert_str_eq(peer_ask_over(dial(daemon, by_path), NULL), HELLO);
	ck_assert_str_eq(peer_ask_over(dial(daemon, by_path), &tls12), HELLO);
	peer_crowd_finish(peers, WAITING, HELLO);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}

START_TEST(others_are_served_while_a_handshake_waits)
{
	others_are_served(PATIENT, false);
	others_are_served(PATIENT "max-workers = 1\n", false);
	others_are_served(
	    suite_format(PATIENT "listen = %s\n", suite_path("front")), true);
}
END_TEST

#define LONG \
	(8 << 20) /* bytes: more than the kernel buffers for a client that does not read */

/* Returns a text whose pieces all differ. */
static const char *
long_text(void)
{
	char *text = memory_new(LONG + 1);

	for (size_t i = 0; i < LONG; i += 8)
		snprintf(text + i, 9, "%07zu\n", i / 8);
	return suite_take(text);
}

/* Other clients are answered although some do not read after their handshakes. */
static void
others_are_answered(const struct peer_options *options)
{
	const char *text = long_text();
	struct daemon *daemon = daemon_serve(
	    suite_format(PATIENT "idle-timeout = 5m\nrespond = file\nfile = %s\n",
		suite_file("long", text)));
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[WAITING];

	for (size_t i = 0; i < WAITING; i++) {
		peers[i] = peer_new(peer_dial_narrow(port), options);
		ck_assert_int_eq(peer_shake(peers[i]), 0);
	}
	ck_assert_str_eq(peer_ask_over(peer_dial(port), options), text);
	for (size_t i = 0; i < WAITING; i++) {
		ck_assert_int_eq(peer_run(peers[i]), 0);
		ck_assert_str_eq(peers[i]->answer, text);
		peer_free(peers[i]);
	}
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}

START_TEST(others_are_answered_while_an_answer_is_not_taken)
{
	others_are_answered(NULL);
	others_are_answered(&tls12);
}
END_TEST

START_TEST(oldest_unread_answer_is_dropped_at_max_waiting)
{
	struct daemon *daemon = daemon_serve(suite_format(PATIENT
	    "idle-timeout = 5m\nmax-waiting = 1\nrespond = file\nfile = %s\n",
	    suite_file("long", long_text())));
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *first = peer_new(peer_dial_narrow(port), NULL);
	struct peer *second = peer_new(peer_dial_narrow(port), NULL);

	ck_assert_int_eq(peer_shake(first), 0);
	ck_assert_int_eq(peer_shake(second), 0);
	daemon_expect(daemon,
	    ": tlsd: refused-limit: max-waiting was reached: oldest connection ");
	/* Only the server knows which one was parked first. */
	int failed = (peer_run(first) != 0) + (peer_run(second) != 0);
	ck_assert_int_eq(failed, 1);
	peer_free(first);
	peer_free(second);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(parked_handshake_is_closed_at_the_handshake_timeout)
{
	struct daemon *daemon =
	    daemon_serve("workers = 1\nhandshake-timeout = 1s\nidle-timeout = 5m\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer **peers = begin_all(daemon, false, WAITING);

	daemon_expect_times(daemon,
	    ": tlsd: handshake-timeout: the client sent nothing more in time ",
	    WAITING);
	daemon_expect_descriptors(daemon, descriptors);
	for (size_t i = 0; i < WAITING; i++)
		peer_free(peers[i]);
	free(peers);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_leaves_while_parked_is_released)
{
	struct daemon *daemon = daemon_serve(PATIENT);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer **peers = begin_all(daemon, false, WAITING);

	for (size_t i = 0; i < WAITING; i++)
		peer_free(peers[i]);
	free(peers);
	daemon_expect_times(daemon, ": tlsd: early-close: ", WAITING);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(oldest_connection_of_the_busiest_client_is_closed_at_max_waiting)
{
	struct daemon *daemon = daemon_serve(PATIENT "max-waiting = 4\n");
	unsigned port = daemon_port(daemon);
	struct peer **peers = begin_all(daemon, false, WAITING);

	daemon_expect(daemon,
	    ": tlsd: refused-limit: max-waiting was reached: oldest connection ");
	ck_assert_int_ne(peer_run(peers[0]), 0);
	peer_free(peers[0]);
	peers[0] = begin(peer_dial(port)); /* now the next one is the oldest */
	daemon_expect_times(daemon,
	    ": tlsd: refused-limit: max-waiting was reached: oldest connection ", 2);
	ck_assert_int_ne(peer_run(peers[1]), 0);
	peer_free(peers[1]);
	peers[1] = peer_new(peer_dial(port), NULL);
	peer_crowd_finish(peers, WAITING, HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(shutdown_waits_for_parked_connections_until_its_timeout)
{
	struct daemon *daemon = daemon_serve(PATIENT "shutdown-timeout = 1s\n");
	struct peer **peers = begin_all(daemon, false, 2);

	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, "stopping");
	ck_assert_int_eq(peer_run(peers[0]), 0);
	ck_assert_str_eq(peers[0]->answer, HELLO);
	daemon_expect(daemon, ": tlsd: refused-limit: the server is stopping ");
	ck_assert_int_eq(daemon_wait(daemon), 0);
	ck_assert_int_ne(peer_run(peers[1]), 0);
	peer_free(peers[0]);
	peer_free(peers[1]);
	free(peers);
	daemon_stop(daemon);
}
END_TEST

/* --- blocking programs ------------------------------------------------------------------ */

/* Returns a program whose start blocks until the descriptor is closed: fcntl(2),
 * F_SETLEASE. The kernel breaks the lease after 45 s, so a client must give up earlier. */
static const char *
hold_program(int *lease)
{
	const char *path = suite_path("stuck");
	char *copy = memory_format("cp /bin/true %s", path);

	ck_assert_int_eq(system(copy), 0);
	free(copy);
	signal(SIGIO, SIG_IGN);
	*lease = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(fcntl(*lease, F_SETLEASE, F_WRLCK), 0);
	return path;
}

/* Waits until the start of the program blocks. */
static void
await_start(int lease)
{
	long long deadline = daemon_deadline();

	while (fcntl(lease, F_GETLEASE) == F_WRLCK)
		daemon_pause(deadline, "the program is not started");
}

/* Returns the first word of a process's command line. A child of vfork(2) has its parent's, until
 * execve(2) gives it a memory of its own. Unlike the link "exe", every user may read it. */
static const char *
command_of(pid_t pid)
{
	char text[PATH_MAX] = "";
	FILE *file = fopen(suite_format("/proc/%d/cmdline", pid), "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, file), 0);
	fclose(file);
	return suite_take(memory_copy(text));
}

/* Returns the process that a worker has started. */
static pid_t
child_of(const struct daemon *daemon)
{
	pid_t pid = -1;
	glob_t threads;
	const char *pattern = suite_format("/proc/%d/task/*/children", daemon->pid);

	ck_assert_int_eq(glob(pattern, 0, NULL, &threads), 0);
	for (size_t i = 0; i < threads.gl_pathc; i++) {
		FILE *file = fopen(threads.gl_pathv[i], "re");
		ck_assert_ptr_nonnull(file);
		if (fscanf(file, "%d", &pid) < 0)
			ck_assert(feof(file));
		fclose(file);
	}
	globfree(&threads);
	ck_assert_int_gt(pid, 0);
	return pid;
}

static size_t
count_processors(void)
{
	cpu_set_t set;

	ck_assert_int_eq(sched_getaffinity(0, sizeof set, &set), 0);
	return (size_t)CPU_COUNT(&set);
}

/* Continues a handshake until the client has sent its Finished. The server sends its own after
 * the start of the program. */
static void
send_finished(struct peer *peer)
{
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLIN };

	while (gnutls_handshake_get_last_out(peer->tls) != GNUTLS_HANDSHAKE_FINISHED) {
		ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
		peer_step(peer);
	}
}

/* The process of a program that hangs at its start does not have the server's descriptors, so
 * a client notices that the server has closed its connection. */
START_TEST(program_that_hangs_at_start_keeps_no_connection_open)
{
	int lease;
	struct daemon *daemon = daemon_serve(
	    suite_format("workers = 2\nhandshake-timeout = 5m\ncontrol-socket = %s\n"
			 "respond = exec\nexec = %s\n",
		suite_path("control"), hold_program(&lease)));
	struct peer *peer = begin(dial(daemon, false));
	int control = peer_dial_path(suite_path("control"));

	/* The server has accepted the earlier connection when it answers a later one. */
	daemon_expect_figure(memory_format("tlsd_workers_busy 0\n"));
	send_finished(peer);
	await_start(lease);
	pid_t child = child_of(daemon);
	peer_say(control, "stats prometheus\n");
	shutdown(control, SHUT_WR);
	peer_hear(control, NULL, 0);
	/* It has not become the program yet. */
	ck_assert_str_eq(command_of(child), command_of(daemon->pid));
	close(lease);
	ck_assert_int_eq(peer_run(peer), 0);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* As many programs as processors hang, each in a session that was parked before: 2 * count
 * + 1 handshakes have begun, and there are only count + 1 workers. */
START_TEST(programs_that_hang_at_start_do_not_delay_other_services)
{
	int lease;
	size_t count = count_processors();
	struct daemon *daemon = daemon_serve(suite_format(
	    "workers = %zu\nhello-timeout = 5m\nhandshake-timeout = 5m\n"
	    "control-socket = %s\n[one]\nrespond = exec\nexec = %s\n"
	    "[two]\nlisten = %s\nhandshake-timeout = 30s\n",
	    count + 1, suite_path("control"), hold_program(&lease), suite_path("two")));
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *peers[2 * CPU_SETSIZE + 1];

	for (size_t i = 0; i < 2 * count + 1; i++)
		peers[i] = begin(peer_dial(port));
	for (size_t i = 0; i < count; i++)
		send_finished(peers[i]);
	daemon_expect_figure(memory_format("tlsd_workers_busy %zu\n", count));
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	close(lease);
	for (size_t i = 0; i < 2 * count + 1; i++) {
		ck_assert_int_eq(peer_run(peers[i]), 0);
		peer_free(peers[i]);
	}
	daemon_stop(daemon);
}
END_TEST

SUITE("parking", others_are_served_while_a_handshake_waits,
    others_are_answered_while_an_answer_is_not_taken,
    oldest_unread_answer_is_dropped_at_max_waiting,
    parked_handshake_is_closed_at_the_handshake_timeout,
    client_that_leaves_while_parked_is_released,
    oldest_connection_of_the_busiest_client_is_closed_at_max_waiting,
    shutdown_waits_for_parked_connections_until_its_timeout,
    programs_that_hang_at_start_do_not_delay_other_services,
    program_that_hangs_at_start_keeps_no_connection_open)
