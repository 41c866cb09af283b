/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd with one worker, against clients that are silent after their
 * handshakes, and clients that never stop: others are served. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net/socket.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"
#include "lib/talk.h"

#define HELLO "Hello, TLS!\n"
#define PATIENT "workers = 1\nhandshake-timeout = 5m\nidle-timeout = 5m\n"
#define IDLE 5
#define CATS "max-workers = 5\nrespond = exec\nexec = /bin/cat\n"

static const struct peer_options tls12 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.2" };

static void
meet_all(struct peer *peers[IDLE], unsigned port, const struct peer_options *options)
{
	for (size_t i = 0; i < IDLE; i++)
		peers[i] = talk_meet(port, options);
}

/* Each client gets two bytes echoed, and leaves. */
static void
echo_all(struct peer *peers[IDLE])
{
	for (size_t i = 0; i < 2 * IDLE; i++)
		talk_expect_echo(peers[i % IDLE]);
	for (size_t i = 0; i < IDLE; i++)
		peer_free(peers[i]);
}

static void
others_hear_an_echo(const struct peer_options *options)
{
	struct daemon *daemon = daemon_serve(PATIENT "respond = echo\n");
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, port, options);
	struct talk talk = { .peer = talk_meet(port, options), .size = 1 << 20 };
	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	ck_assert_uint_eq(talk.heard, talk.size);
	peer_free(talk.peer);
	echo_all(peers);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}

START_TEST(idle_echo_clients_do_not_delay_others)
{
	others_hear_an_echo(NULL);
	others_hear_an_echo(&tls12);
}
END_TEST

/* Accepts the next connection from the listener. */
static int
take(int listener)
{
	struct pollfd pollfd = { .fd = listener, .events = POLLIN };

	ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
	int fd = accept(listener, NULL, NULL);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* Lets the backend send `words` and close. Expects the client to receive them and a proper end. */
static void
expect_words(struct peer *peer, int backend, const char *words)
{
	peer_say(backend, words);
	close(backend);
	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_str_eq(peer->answer, words);
	peer_free(peer);
}

START_TEST(others_reach_the_backend_while_some_relays_are_silent)
{
	unsigned backend_port = 0;
	int listener = peer_listen(&backend_port), backends[IDLE + 1];
	struct daemon *daemon = daemon_serve(suite_format(
	    PATIENT "respond = connect\nconnect = 127.0.0.1:%u\n", backend_port));
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE + 1];

	for (size_t i = 0; i <= IDLE; i++) {
		peers[i] = talk_meet(port, NULL);
		backends[i] = take(listener);
	}
	for (size_t i = 0; i < IDLE + 1; i++) { /* in reverse order */
		size_t turn = IDLE - i;
		struct talk talk = { .peer = peers[turn], .size = 1, .open = true };
		char byte;
		talk_speak(&talk);
		ck_assert_int_eq(recv(backends[turn], &byte, 1, 0), 1);
		expect_words(peers[turn], backends[turn], "so be it\n");
	}
	close(listener);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

/* Returns the configuration of two services: "one" with `settings` at a port, and
 * "two", which answers with a text, at a socket. */
static const char *
and_two(const char *process, const char *settings)
{
	return suite_format(PATIENT "%s[one]\n%s[two]\nlisten = %s\n", process,
	    settings, suite_path("two"));
}

static void
expect_two(void)
{
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
}

START_TEST(idle_programs_do_not_delay_other_clients)
{
	struct daemon *daemon = daemon_serve(and_two("", CATS));
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, daemon_port_of(daemon, "127.0.0.1", "one"), NULL);
	expect_two();
	echo_all(peers);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

/* Tests with a backend at `place` whose backlog is filled by the connections `taken`. */
static void
others_are_served_by_the_way(
    const char *place, int listener, const int *taken, size_t count)
{
	struct daemon *daemon = daemon_serve(and_two(
	    "", suite_format(
		    "respond = connect\nconnect = %s\nconnect-timeout = 5m\n", place)));
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, port, NULL);
	expect_two();
	/* A client that waits may leave. */
	socket_reset_on_close(peers[0]->fd);
	peer_free(peers[0]);
	daemon_expect(daemon, ": one: early-close: ");
	peers[0] = talk_meet(port, NULL);
	ck_assert_int_eq(listen(listener, 16), 0);
	for (size_t i = 0; i < count; i++) {
		close(take(listener));
		close(taken[i]);
	}
	for (size_t i = 0; i < IDLE; i++) {
		int backend = take(listener);
		peer_say(backend, "so be it\n");
		close(backend);
	}
	for (size_t i = 0; i < IDLE; i++) {
		ck_assert_int_eq(peer_run(peers[i]), 0);
		ck_assert_str_eq(peers[i]->answer, "so be it\n");
		peer_free(peers[i]);
	}
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}

START_TEST(unix_backend_with_full_backlog_does_not_delay_other_services)
{
	const char *path = suite_path("backend");
	int listener = peer_listen_path(path, 0);
	int taken = peer_dial_path(path);

	others_are_served_by_the_way(path, listener, &taken, 1);
	close(listener);
}
END_TEST

START_TEST(tcp_backend_with_full_backlog_does_not_delay_other_services)
{
	unsigned port = 0;
	int listener = peer_listen(&port), taken[16];

	ck_assert_int_eq(listen(listener, 0), 0);
	size_t count = peer_fill_backlog(port, taken, 16);
	others_are_served_by_the_way(
	    suite_format("127.0.0.1:%u", port), listener, taken, count);
	close(listener);
}
END_TEST

/* Sends until nothing is accepted for 0.5 s. */
static void
press(struct peer *peer)
{
	struct talk talk = { .peer = peer };
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLOUT };

	do
		talk_press(&talk);
	while (poll(&pollfd, 1, 500) == 1);
}

/* The end of a client is not noticed while its last bytes cannot be delivered. */
START_TEST(connection_with_undelivered_client_bytes_can_be_killed)
{
	const char *path = suite_path("backend");
	int listener = peer_listen_path(path, 1);
	struct daemon *daemon = daemon_serve(suite_format(PATIENT
	    "control-socket = %s\n[one]\nlisten = %s\nrespond = connect\n"
	    "connect = %s\n",
	    suite_path("control"), suite_path("one"), path));
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = peer_new(peer_dial_path(suite_path("one")), &tls12);

	ck_assert_int_eq(peer_shake(peer), 0);
	press(peer);
	peer_free(peer);
	sleep(2); /* by then the relay waits only for the backend */
	int control = peer_dial_path(suite_path("control"));
	peer_say(control, "kill 1\n");
	daemon_expect(daemon, ": one: killed: by tlsdctl ");
	close(control);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
	close(listener);
}
END_TEST

static void
expect_byte(struct peer *peer)
{
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLIN };
	ssize_t n;
	char byte;

	while ((n = gnutls_record_recv(peer->tls, &byte, 1)) == GNUTLS_E_AGAIN)
		ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
	ck_assert_int_eq(n, 1);
}

/* Each program could keep a worker for two seconds after its client has left. */
START_TEST(programs_that_ignore_sigterm_do_not_delay_other_clients)
{
	enum { MANY = 30 };
	const char *script = suite_file("script",
	    "trap '' TERM\necho begun\nfor i in $(seq 200); do sleep 1; done\n");
	struct daemon *daemon = daemon_serve(suite_format(
	    "workers = 1\nidle-timeout = 5m\nhandshake-timeout = 30s\n[one]\n"
	    "max-workers = %d\nrespond = exec\nexec = /bin/sh %s\n[two]\nlisten = %s\n",
	    MANY, script, suite_path("two")));
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[MANY];

	for (size_t i = 0; i < MANY; i++) {
		peers[i] = talk_meet(port, NULL);
		expect_byte(peers[i]);
	}
	for (size_t i = 0; i < MANY; i++)
		peer_free(peers[i]);
	expect_two();
	daemon_expect(daemon, ": one: done ");
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(stop_leaves_a_program_the_time_that_it_has_to_end)
{
	const char *begun = suite_path("begun"), *ended = suite_path("ended");
	const char *script = suite_file(
	    "script", suite_format("trap 'sleep 0.5; echo >%s; exit' TERM\necho >%s\n"
				   "for i in $(seq 2000); do sleep 0.1; done\n",
			  ended, begun));
	struct daemon *daemon = daemon_serve(suite_format(PATIENT
	    "shutdown-timeout = 1ms\nrespond = exec\nexec = /bin/sh %s\n",
	    script));
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	long long deadline = daemon_deadline();

	while (access(begun, F_OK) < 0)
		daemon_pause(deadline, "the program's beginning");
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	ck_assert_int_eq(access(ended, F_OK), 0);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* Returns the settings of a service that may have as many workers as there are. */
static const char *
one_with_timeout(const char *timeout)
{
	return suite_format(
	    "respond = exec\nexec = /bin/cat\nhandshake-timeout = %s\n", timeout);
}

/* Sets handshake-timeout of the service "one" for new connections. */
static void
limit_the_wait(struct daemon *daemon, const char *timeout)
{
	daemon_change(daemon, and_two("", one_with_timeout(timeout)));
}

START_TEST(running_programs_are_limited_by_max_workers)
{
	struct daemon *daemon = daemon_serve(and_two("", one_with_timeout("5m")));
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *peer = talk_meet(one, NULL);

	limit_the_wait(daemon, "1s");
	/* Without max-workers, as many programs as workers may run. */
	ck_assert_int_ne(peer_try(one, NULL), 0);
	daemon_expect(
	    daemon, ": one: handshake-timeout: no worker of its service was free");
	expect_two();
	peer_free(peer);
	daemon_expect(daemon, ": one: done ");
	limit_the_wait(daemon, "5m");
	peer = talk_meet(one, NULL);
	talk_expect_echo(peer);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(stop_ends_programs_that_wait)
{
	struct daemon *daemon =
	    daemon_serve(and_two("shutdown-timeout = 300ms\n", CATS));
	struct peer *peers[IDLE];

	meet_all(peers, daemon_port_of(daemon, "127.0.0.1", "one"), NULL);
	daemon_signal(daemon, SIGTERM);
	daemon_expect_times(daemon, ": one: killed: cut because the server is ", IDLE);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	for (size_t i = 0; i < IDLE; i++)
		peer_free(peers[i]);
	daemon_stop(daemon);
}
END_TEST

/* Most clients have sent nothing, and one has sent half of its request. */
START_TEST(silent_clients_do_not_delay_monitors)
{
	static const struct talk half = { .words = "GET / HT", .open = true };
	struct daemon *daemon = daemon_serve(PATIENT "respond = status\n");
	unsigned port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, port, NULL);
	struct talk slow = half;
	slow.peer = peers[0];
	talk_speak(&slow);
	for (size_t i = 1; i <= IDLE; i++) {
		struct talk talk = { .words = "GET / HTTP/1.0\r\n\r\n", .open = true };
		talk.peer = i < IDLE ? peers[i] : talk_meet(port, NULL);
		talk_run(&talk);
		ck_assert_str_eq(talk.answer + strlen(talk.answer) - 3, "up\n");
		peer_free(talk.peer);
	}
	struct talk rest = {
		.peer = peers[0], .words = "TP/1.0\r\n\r\n", .open = true
	};
	talk_run(&rest);
	ck_assert_str_eq(rest.answer + strlen(rest.answer) - 3, "up\n");
	peer_free(peers[0]);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

/* A thread that receives and discards all data. */
struct hearing {
	struct peer *peer;
	atomic_bool over;
	atomic_size_t heard;
};

static void *
hear(void *argument)
{
	struct hearing *hearing = argument;
	char piece[TALK_PIECE];

	while (!atomic_load(&hearing->over)) {
		struct pollfd pollfd = { .fd = hearing->peer->fd, .events = POLLIN };
		ssize_t n = gnutls_record_recv(hearing->peer->tls, piece, sizeof piece);
		if (n > 0)
			atomic_fetch_add(&hearing->heard, (size_t)n);
		else if (n == 0 || gnutls_error_is_fatal((int)n))
			break;
		else
			poll(&pollfd, 1, 100);
	}
	return NULL;
}

/* A client that reads an endless answer as fast as it comes never lets its worker wait. */
START_TEST(endless_answer_does_not_delay_other_clients)
{
	struct daemon *daemon =
	    daemon_serve(and_two("", "respond = exec\nexec = /usr/bin/yes\n"));
	struct hearing hearing = {
		.peer = talk_meet(daemon_port_of(daemon, "127.0.0.1", "one"), NULL)
	};
	long long deadline = daemon_deadline();
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, hear, &hearing), 0);
	for (int i = 0; i < 3; i++) {
		size_t heard = atomic_load(&hearing.heard);
		expect_two();
		while (atomic_load(&hearing.heard) == heard)
			daemon_pause(deadline, "more of the answer");
	}
	atomic_store(&hearing.over, true);
	pthread_join(thread, NULL);
	peer_free(hearing.peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(echo_that_is_idle_for_too_long_ends)
{
	struct daemon *daemon =
	    daemon_serve("workers = 1\nrespond = echo\nidle-timeout = 300ms\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, daemon_port(daemon), NULL);
	daemon_expect_times(daemon, ": tlsd: idle-timeout: neither side ", IDLE);
	for (size_t i = 0; i < IDLE; i++)
		peer_free(peers[i]);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

/* Each connection has a program, which ends with it. */
START_TEST(oldest_parked_connection_is_closed_with_its_program_and_backend)
{
	struct daemon *daemon = daemon_serve(and_two("max-waiting = 2\n", CATS));
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peers[IDLE];

	meet_all(peers, one, NULL);
	daemon_expect_times(daemon,
	    ": one: refused-limit: max-waiting was reached: oldest connection ",
	    IDLE - 2);
	/* Their share of max-workers is free again. */
	for (size_t i = 0; i < IDLE; i++) {
		struct peer *peer = talk_meet(one, NULL);
		talk_expect_echo(peer);
		peer_free(peer);
	}
	for (size_t i = 0; i < IDLE; i++)
		peer_free(peers[i]);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

SUITE("idle", idle_echo_clients_do_not_delay_others,
    others_reach_the_backend_while_some_relays_are_silent,
    idle_programs_do_not_delay_other_clients,
    unix_backend_with_full_backlog_does_not_delay_other_services,
    tcp_backend_with_full_backlog_does_not_delay_other_services,
    connection_with_undelivered_client_bytes_can_be_killed,
    programs_that_ignore_sigterm_do_not_delay_other_clients,
    stop_leaves_a_program_the_time_that_it_has_to_end,
    running_programs_are_limited_by_max_workers, stop_ends_programs_that_wait,
    silent_clients_do_not_delay_monitors, endless_answer_does_not_delay_other_clients,
    echo_that_is_idle_for_too_long_ends,
    oldest_parked_connection_is_closed_with_its_program_and_backend)
