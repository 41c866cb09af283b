/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd that relays bytes in both directions at once: respond = echo and
 * connect. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"
#include "lib/talk.h"

#define MIB ((size_t)1 << 20)
#define PIECE TALK_PIECE

static const struct peer_options tls12 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.2" };
static const struct peer_options tls13 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.3" };

/* Sends `size` bytes to an echo. Expects them back, and then a proper end. */
static void
expect_echo(unsigned port, size_t size, const struct peer_options *options, bool late)
{
	struct talk talk = {
		.peer = talk_meet(port, options), .size = size, .late = late
	};

	talk_run(&talk);
	ck_assert_msg(talk.code == 0, "the end: %s", gnutls_strerror(talk.code));
	ck_assert_uint_eq(talk.heard, size);
	peer_free(talk.peer);
}

START_TEST(echo_of_any_size_is_whole_and_ends_properly)
{
	static const size_t sizes[] = { 0, 1, 2, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE,
		1000000 };
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	unsigned port = daemon_port(daemon);

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		expect_echo(port, sizes[i], &tls13, false);
		expect_echo(port, sizes[i], &tls12, false);
	}
	daemon_expect_times(daemon, ": tlsd: done ", 16);
	daemon_expect_times(daemon, " early=no ", 16);
	daemon_stop(daemon);
}
END_TEST

START_TEST(echo_goes_both_ways_at_once)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");

	expect_echo(daemon_port(daemon), 20 * MIB, &tls13, false);
	expect_echo(daemon_port(daemon), 20 * MIB, &tls12, false);
	daemon_expect(daemon, " in=20971520 out=20971520 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(echo_waits_for_a_client_that_reads_late)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");

	expect_echo(daemon_port(daemon), 20 * MIB, &tls13, true);
	expect_echo(daemon_port(daemon), 20 * MIB, &tls12, true);
	daemon_stop(daemon);
}
END_TEST

/* Sends to an echo, and reads nothing, until the server has ended the connection. */
static void
press_to_the_end(struct daemon *daemon)
{
	size_t ended = daemon_count(daemon, "-timeout: ");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), &tls13) };
	long long deadline = daemon_deadline();

	while (daemon_count(daemon, "-timeout: ") == ended) {
		talk_press(&talk);
		daemon_pause(deadline, "no time-out");
	}
	peer_free(talk.peer);
}

START_TEST(unread_echo_ends_at_the_write_timeout)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nidle-timeout = 1s\n");

	/* A client that begins too late, on a slow machine, is idle: another one tries. */
	while (daemon_count(daemon, ": tlsd: write-timeout: ") == 0)
		press_to_the_end(daemon);
	expect_echo(daemon_port(daemon), 1, &tls13, false);
	daemon_stop(daemon);
}
END_TEST

START_TEST(echo_answers_each_byte_at_once)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls13);

	for (int i = 0; i < 20; i++)
		talk_expect_echo(peer);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
}
END_TEST

static void
leave_by_notify(struct peer *peer)
{
	gnutls_bye(peer->tls, GNUTLS_SHUT_WR);
}

static void
leave_by_fin(struct peer *peer)
{
	(void)peer;
}

static void
leave_by_reset(struct peer *peer)
{
	socket_reset_on_close(peer->fd);
}

/* Ways to leave after a complete exchange, and the log's text for each. */
static const struct leaving {
	void (*leave)(struct peer *peer);
	const char *end;
} leavings[] = { { leave_by_notify, " in=3 out=3 end=notify " },
	{ leave_by_fin, " in=3 out=3 end=fin " },
	{ leave_by_reset, " in=3 out=3 end=reset " } };

/* Exchanges bytes with an echo or backend that returns each byte, and leaves in each way. */
static void
leave_in_each_way(struct daemon *daemon, const struct peer_options *options)
{
	for (size_t i = 0; i < sizeof leavings / sizeof leavings[0]; i++) {
		struct peer *peer = talk_meet(daemon_port(daemon), options);
		for (int j = 0; j < 3; j++)
			talk_expect_echo(peer);
		leavings[i].leave(peer);
		peer_free(peer);
		daemon_expect(daemon, leavings[i].end);
		daemon_expect_times(daemon, ": tlsd: done ", i + 1);
	}
}

START_TEST(echo_that_came_back_is_done_however_the_client_leaves)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");

	leave_in_each_way(daemon, &tls13);
	daemon_stop(daemon);
	daemon = daemon_serve("respond = echo\nworkers = 1\n");
	leave_in_each_way(daemon, &tls12);
	daemon_stop(daemon);
}
END_TEST

START_TEST(record_that_is_cut_is_an_early_close)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls13);

	talk_expect_echo(peer);
	peer_send(peer->fd, "\x17\x03\x03\x00\x40 of these 64 bytes", 19);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: early-close: the client closed the connection "
			      "during the answer version=TLS1.3 cipher=");
	daemon_expect(
	    daemon, " resumed=no early=no client=- in=1 out=1 end=fin queue=");
	daemon_stop(daemon);
}
END_TEST

START_TEST(echo_that_the_client_does_not_take_is_an_early_close)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nidle-timeout = 5m\n");
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &tls13);
	struct talk talk = { .peer = peer, .size = MIB, .open = true };
	long long deadline = daemon_deadline();

	ck_assert_int_eq(peer_shake(peer), 0);
	while (talk.heard == 0) {
		talk_speak(&talk);
		ck_assert(!talk_hear(&talk));
		daemon_pause(deadline, "no echo");
	}
	talk_press(&talk);
	leave_by_reset(peer);
	peer_free(peer);
	daemon_expect(
	    daemon, ": tlsd: early-close: connection lost during the answer: ");
	daemon_expect(daemon, " end=reset ");
	daemon_stop(daemon);
}
END_TEST

/* Sends a hundred empty records, if the server accepts them. */
static void
send_empty_records(struct peer *peer)
{
	for (int i = 0; i < 100; i++)
		gnutls_record_send2(peer->tls, "", 0, 1, 0);
}

START_TEST(echo_survives_new_keys_and_empty_records)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls13);

	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(
		    gnutls_session_key_update(peer->tls, GNUTLS_KU_PEER), 0);
		talk_expect_echo(peer);
	}
	send_empty_records(peer);
	talk_expect_echo(peer);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(flood_of_empty_records_breaks_the_protocol)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls13);

	while (daemon_count(daemon, ": tlsd: protocol: ") == 0)
		send_empty_records(peer);
	peer_free(peer);
	expect_echo(daemon_port(daemon), 1, &tls13, false);
	daemon_stop(daemon);
}
END_TEST

START_TEST(idle_echo_ends_without_a_close_notify)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nidle-timeout = 300ms\n");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), &tls13),
		.open = true };

	talk_run(&talk);
	ck_assert_int_ne(talk.code, 0);
	daemon_expect(daemon, ": tlsd: idle-timeout: neither side ");
	peer_free(talk.peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(renegotiation_is_refused)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls12);
	char byte;
	int code;

	do
		code = gnutls_handshake(peer->tls);
	while (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED ||
	       code == GNUTLS_E_GOT_APPLICATION_DATA);
	ck_assert_int_eq(code, GNUTLS_E_WARNING_ALERT_RECEIVED);
	ck_assert_int_eq((int)gnutls_alert_get(peer->tls), GNUTLS_A_NO_RENEGOTIATION);
	/* The warning does not end the connection: close_notify does. */
	do
		code = (int)gnutls_record_recv(peer->tls, &byte, 1);
	while (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED);
	ck_assert_int_eq(code, 0);
	daemon_expect(daemon, ": tlsd: protocol: ");
	peer_free(peer);
	expect_echo(daemon_port(daemon), 1, &tls12, false);
	daemon_stop(daemon);
}
END_TEST

START_TEST(stop_cuts_an_echo_that_goes_on)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nshutdown-timeout = 300ms\n");
	struct peer *peer = talk_meet(daemon_port(daemon), &tls13);

	talk_expect_echo(peer);
	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, ": tlsd: killed: cut because the server is stopping ");
	ck_assert_int_eq(daemon_wait(daemon), 0);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* A backend in a thread of the test. It serves one connection after another. */
struct backend {
	int listener;
	char place[128]; /* as a value of `connect` */
	void (*serve)(struct backend *backend, int fd);
	size_t size; /* bytes that it sends */
	atomic_size_t met, heard; /* connections; bytes of the last one that ended */
	atomic_bool ended; /* the last one ended with an end of file */
	pthread_t thread;
};

/* Binds and listens. Connections wait until backend_run(). */
static void
backend_open(struct backend *backend)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof in;

	*backend = (struct backend){ .listener = socket(
					 AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	ck_assert_int_eq(bind(backend->listener, (struct sockaddr *)&in, length), 0);
	getsockname(backend->listener, (struct sockaddr *)&in, &length);
	snprintf(
	    backend->place, sizeof backend->place, "127.0.0.1:%u", ntohs(in.sin_port));
	ck_assert_int_eq(listen(backend->listener, 64), 0);
}

static void
backend_open_path(struct backend *backend, int backlog)
{
	const char *path = suite_path("backend");

	*backend = (struct backend){ .listener = peer_listen_path(path, backlog) };
	snprintf(backend->place, sizeof backend->place, "unix:%s", path);
}

static void *
run_backend(void *argument)
{
	struct backend *backend = argument;
	int fd;

	while ((fd = accept4(backend->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		atomic_fetch_add(&backend->met, 1);
		backend->serve(backend, fd);
	}
	return NULL;
}

static void
backend_run(struct backend *backend, void (*serve)(struct backend *backend, int fd))
{
	backend->serve = serve;
	ck_assert_int_eq(
	    pthread_create(&backend->thread, NULL, run_backend, backend), 0);
}

static void
backend_stop(struct backend *backend)
{
	shutdown(backend->listener, SHUT_RDWR);
	pthread_join(backend->thread, NULL);
	close(backend->listener);
}

/* Receives until the end, and expects the stream of lib/talk.h. */
static void
hear_client(struct backend *backend, int fd)
{
	char piece[PIECE];
	size_t heard = 0;
	ssize_t n;

	while ((n = recv(fd, piece, sizeof piece, 0)) > 0) {
		stream_check(piece, (size_t)n, heard);
		heard += (size_t)n;
	}
	atomic_store(&backend->heard, heard);
	atomic_store(&backend->ended, n == 0);
}

static void
say_to_client(const struct backend *backend, int fd)
{
	char piece[PIECE];

	for (size_t sent = 0; sent < backend->size;) {
		size_t left = backend->size - sent;
		size_t part = left < PIECE ? left : PIECE;
		stream_fill(piece, part, sent);
		ssize_t n = send(fd, piece, part, MSG_NOSIGNAL);
		if (n < 0)
			return;
		sent += (size_t)n;
	}
}

/* Functions for backend_run(), which serve a connection each. */
static void
hear_then_say(struct backend *backend, int fd)
{
	hear_client(backend, fd);
	say_to_client(backend, fd);
	close(fd);
}

static void
say_then_hear(struct backend *backend, int fd)
{
	say_to_client(backend, fd);
	shutdown(fd, SHUT_WR);
	hear_client(backend, fd);
	close(fd);
}

static void
say_and_close(struct backend *backend, int fd)
{
	say_to_client(backend, fd);
	close(fd);
}

/* Receives the client's first byte, which shows that the connection is relayed. */
static void
hear_a_byte(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
}

static void
say_and_reset(struct backend *backend, int fd)
{
	hear_a_byte(fd);
	say_to_client(backend, fd);
	peer_reset(fd);
}

static void
say_and_wait(struct backend *backend, int fd)
{
	say_to_client(backend, fd);
	hear_client(backend, fd);
	close(fd);
}

static void
return_all(struct backend *backend, int fd)
{
	char piece[PIECE];
	ssize_t n;

	(void)backend;
	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		if (send(fd, piece, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	close(fd);
}

/* Starts tlsd in front of the backends `places`. */
static struct daemon *
relay_to(const char *places, const char *more)
{
	return daemon_serve(suite_format(
	    "respond = connect\nworkers = 2\nconnect = %s\n%s", places, more));
}

/* Sends `size` bytes, expects `heard` bytes and a proper end. */
static void
expect_talk(struct daemon *daemon, size_t size, size_t heard)
{
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.size = size };

	talk_run(&talk);
	ck_assert_msg(talk.code == 0, "the end: %s", gnutls_strerror(talk.code));
	ck_assert_uint_eq(talk.heard, heard);
	peer_free(talk.peer);
}

/* Expects a client to receive `heard` bytes and an improper end. The log must contain `line`. */
static void
expect_break(struct daemon *daemon, size_t heard, const char *line)
{
	struct talk talk = {
		.peer = talk_meet(daemon_port(daemon), NULL), .size = 1, .open = true
	};

	talk_run(&talk);
	ck_assert_msg(talk.code != 0, "a break looks like a proper end");
	ck_assert_uint_eq(talk.heard, heard);
	daemon_expect(daemon, line);
	peer_free(talk.peer);
}

static void
pass_both_ways(struct backend *backend)
{
	struct daemon *daemon = relay_to(backend->place, "");

	backend->size = 3 * MIB + 1;
	backend_run(backend, hear_then_say);
	expect_talk(daemon, 5 * MIB + 3, 3 * MIB + 1);
	expect_talk(daemon, 0, 3 * MIB + 1);
	ck_assert_uint_eq(backend->heard, 0);
	expect_talk(daemon, 1, 3 * MIB + 1);
	daemon_expect_times(daemon, ": tlsd: done ", 3);
	daemon_stop(daemon);
	backend_stop(backend);
	ck_assert_uint_eq(backend->heard, 1);
	ck_assert(backend->ended);
}

START_TEST(client_that_ends_first_loses_nothing_over_tcp)
{
	struct backend backend;

	backend_open(&backend);
	pass_both_ways(&backend);
}
END_TEST

START_TEST(client_that_ends_first_loses_nothing_over_a_unix_socket)
{
	struct backend backend;

	backend_open_path(&backend, 64);
	pass_both_ways(&backend);
}
END_TEST

START_TEST(backend_gets_both_directions_at_once)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend_run(&backend, return_all);
	expect_talk(daemon, 20 * MIB, 20 * MIB);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

/* The client continues to send after it has seen the backend's end. */
static void
say_after_the_end(struct backend *backend)
{
	struct daemon *daemon = relay_to(backend->place, "");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.open = true };

	backend->size = 2 * MIB;
	backend_run(backend, say_then_hear);
	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	ck_assert_uint_eq(talk.heard, 2 * MIB);
	talk.size = 3 * MIB;
	talk.open = false;
	while (talk_goes_on(&talk)) {
		talk_speak(&talk);
		talk_pause(&talk);
	}
	daemon_expect(daemon, ": tlsd: done ");
	peer_free(talk.peer);
	daemon_stop(daemon);
	backend_stop(backend);
	ck_assert_uint_eq(backend->heard, 3 * MIB);
	ck_assert(backend->ended);
}

START_TEST(client_may_go_on_after_the_backends_end_over_tcp)
{
	struct backend backend;

	backend_open(&backend);
	say_after_the_end(&backend);
}
END_TEST

START_TEST(client_may_go_on_after_the_backends_end_over_a_unix_socket)
{
	struct backend backend;

	backend_open_path(&backend, 64);
	say_after_the_end(&backend);
}
END_TEST

START_TEST(backend_may_send_first)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.open = true };
	long long deadline = daemon_deadline();
	backend.size = 20;
	backend_run(&backend, say_and_wait);
	while (talk.heard < 20) {
		ck_assert(!talk_hear(&talk));
		daemon_pause(deadline, "no banner");
	}
	peer_free(talk.peer);
	daemon_expect(daemon, " in=0 out=20 end=fin ");
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
	backend_stop(&backend);
	ck_assert_msg(
	    !backend.ended, "a client that broke off looks like one that ended");
}
END_TEST

/* Returns each byte at once. */
static void
return_bytes(struct backend *backend, int fd)
{
	char piece[PIECE];
	ssize_t n;

	(void)backend;
	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		ck_assert_int_eq(send(fd, piece, (size_t)n, MSG_NOSIGNAL), n);
	close(fd);
}

START_TEST(exchange_with_a_backend_is_done_however_the_client_leaves)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend_run(&backend, return_bytes);
	leave_in_each_way(daemon, &tls13);
	daemon_stop(daemon);
	daemon = relay_to(backend.place, "");
	leave_in_each_way(daemon, &tls12);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

/* Answers a byte with `size` bytes. */
static void
say_after_a_byte(struct backend *backend, int fd)
{
	hear_a_byte(fd);
	say_and_close(backend, fd);
}

/* A client leaves after a part of an answer. */
static void
leave_in_the_midst(void (*leave)(struct peer *peer))
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend.size = 64 * MIB;
	backend_run(&backend, say_after_a_byte);
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &tls13);
	struct talk talk = { .peer = peer, .size = 1, .open = true };
	long long deadline = daemon_deadline();

	ck_assert_int_eq(peer_shake(peer), 0);
	while (talk.heard == 0) {
		talk_speak(&talk);
		ck_assert(!talk_hear(&talk));
		daemon_pause(deadline, "no answer");
	}
	leave(peer);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: early-close: ");
	daemon_expect(daemon, " client=- in=1 out=");
	daemon_expect(daemon, " end=reset ");
	daemon_stop(daemon);
	backend_stop(&backend);
}

START_TEST(client_that_leaves_in_the_midst_of_an_answer_has_failed)
{
	leave_in_the_midst(leave_by_fin);
	leave_in_the_midst(leave_by_reset);
}
END_TEST

START_TEST(backend_that_closes_ends_a_client_that_has_its_answer)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend.size = 10 * MIB;
	backend_run(&backend, say_and_close);
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.open = true };
	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	ck_assert_uint_eq(talk.heard, 10 * MIB);
	peer_free(talk.peer); /* without close_notify */
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

START_TEST(backend_reset_is_an_unclean_end)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend.size = 100;
	backend_run(&backend, say_and_reset);
	expect_break(daemon, 100, ": tlsd: backend: 127.0.0.1:");
	daemon_expect(daemon, " broke off: Connection reset by peer");
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

/* Makes `backend->place` a TCP address at which no process listens. */
static void
find_dead_place(struct backend *backend)
{
	backend_open(backend);
	close(backend->listener);
}

START_TEST(backend_that_refuses_is_logged_and_is_an_unclean_end)
{
	struct backend dead;

	find_dead_place(&dead);
	struct daemon *daemon = relay_to(dead.place, "");
	expect_break(daemon, 0, ": tlsd: backend: 127.0.0.1:");
	daemon_expect(daemon, "Connection refused");
	expect_break(daemon, 0, ": tlsd: backend: ");
	ck_assert_uint_eq(daemon_count(daemon, ": avoided for 10 s"), 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(missing_socket_of_a_backend_is_named_in_the_log)
{
	struct daemon *daemon = relay_to(suite_path("nobody"), "");

	expect_break(daemon, 0, "/nobody: No such file or directory");
	daemon_stop(daemon);
}
END_TEST

/* A backend with a full backlog lets connections wait. */
START_TEST(backend_that_hangs_ends_at_the_connect_timeout_over_a_unix_socket)
{
	struct backend backend;
	int waiting[2];

	backend_open_path(&backend, 0);
	waiting[0] = peer_dial_path(suite_path("backend"));
	struct daemon *daemon = relay_to(backend.place, "connect-timeout = 300ms\n");
	expect_break(daemon, 0, ": tlsd: backend: unix:");
	daemon_expect(daemon, "/backend: timed out");
	daemon_stop(daemon);
	close(waiting[0]);
	close(backend.listener);
}
END_TEST

static unsigned
port_of(const struct backend *backend)
{
	return (unsigned)strtoul(strrchr(backend->place, ':') + 1, NULL, 10);
}

START_TEST(backend_that_hangs_ends_at_the_connect_timeout_over_tcp)
{
	struct backend backend;
	int waiting[16];

	backend_open(&backend);
	listen(backend.listener, 0);
	size_t count = peer_fill_backlog(port_of(&backend), waiting, 16);
	struct daemon *daemon = relay_to(backend.place, "connect-timeout = 300ms\n");
	expect_break(daemon, 0, ": tlsd: backend: 127.0.0.1:");
	daemon_expect(daemon, ": timed out");
	daemon_stop(daemon);
	while (count > 0)
		close(waiting[--count]);
	close(backend.listener);
}
END_TEST

START_TEST(dead_backend_is_skipped_and_avoided)
{
	struct backend backend, dead;
	char places[300];

	find_dead_place(&dead);
	backend_open(&backend);
	snprintf(places, sizeof places, "%s, %s", dead.place, backend.place);
	struct daemon *daemon = relay_to(places, "");
	backend.size = 10;
	backend_run(&backend, hear_then_say);
	for (int i = 0; i < 5; i++)
		expect_talk(daemon, 10, 10);
	ck_assert_uint_eq(daemon_count(daemon, ": avoided for 10 s"), 1);
	daemon_stop(daemon);
	backend_stop(&backend);
	ck_assert_uint_eq(backend.met, 5);
}
END_TEST

/* Listens at the address of a former backend. */
static void
backend_revive(struct backend *backend)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port_of(backend)) };
	int one = 1;

	backend->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(backend->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	ck_assert_int_eq(bind(backend->listener, (struct sockaddr *)&in, sizeof in), 0);
	ck_assert_int_eq(listen(backend->listener, 64), 0);
}

START_TEST(avoided_backend_comes_back)
{
	struct backend backend, first;
	char places[300];
	long long deadline = daemon_deadline();

	find_dead_place(&first);
	backend_open(&backend);
	snprintf(places, sizeof places, "%s, %s", first.place, backend.place);
	struct daemon *daemon = relay_to(places, "");
	backend_run(&backend, hear_then_say);
	expect_talk(daemon, 10, 0);
	daemon_expect(daemon, ": avoided for 10 s");
	backend_revive(&first);
	backend_run(&first, hear_then_say);
	while (first.met == 0) {
		expect_talk(daemon, 10, 0);
		daemon_pause(deadline, "the first backend's return");
	}
	ck_assert_uint_ge(backend.met, 1);
	daemon_stop(daemon);
	backend_stop(&backend);
	backend_stop(&first);
}
END_TEST

START_TEST(backend_that_resets_without_an_answer_is_avoided)
{
	struct backend backend, dead;
	char places[300];

	backend_open(&dead);
	backend_open(&backend);
	snprintf(places, sizeof places, "%s, %s", dead.place, backend.place);
	struct daemon *daemon = relay_to(places, "");
	backend_run(&dead, say_and_reset);
	backend_run(&backend, hear_then_say);
	expect_break(daemon, 0, ": tlsd: backend: 127.0.0.1:");
	daemon_expect(daemon, ": avoided for 10 s");
	expect_talk(daemon, 10, 0);
	ck_assert_uint_eq(dead.met, 1);
	daemon_stop(daemon);
	backend_stop(&backend);
	backend_stop(&dead);
}
END_TEST

START_TEST(backend_that_closes_without_data_gives_an_empty_answer)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	backend_run(&backend, say_and_close);
	expect_talk(daemon, 0, 0);
	daemon_expect(daemon, ": tlsd: done ");
	ck_assert_uint_eq(daemon_count(daemon, ": avoided for 10 s"), 0);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

/* One connection fills the backlog. Once it is accepted, the waiting one succeeds. */
START_TEST(full_backlog_over_a_unix_socket_is_waited_for)
{
	struct backend backend;

	backend_open_path(&backend, 0);
	int waiting = peer_dial_path(suite_path("backend"));
	struct daemon *daemon = relay_to(backend.place, "");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	close(waiting);
	backend_run(&backend, hear_then_say);
	struct talk talk = { .peer = peer, .size = 10 };
	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	peer_free(peer);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

START_TEST(client_that_leaves_frees_the_worker_before_the_backend_is_reached)
{
	struct backend backend;

	backend_open_path(&backend, 0);
	int waiting = peer_dial_path(suite_path("backend"));
	struct daemon *daemon = relay_to(backend.place, "connect-timeout = 1h\n");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	peer_reset(peer->fd);
	peer->fd = -1;
	daemon_expect(daemon, ": tlsd: early-close: ");
	peer_free(peer);
	daemon_stop(daemon);
	close(waiting);
	close(backend.listener);
}
END_TEST

/* Returns what a backend receives: a header of this kind, and "hello". */
static const char *
header_of(const char *kind)
{
	static char heard[512];
	struct backend backend;
	char *more = memory_format("send-proxy = %s\n", kind);

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, more);
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.words = "hello" };
	talk_speak(&talk);
	int fd = accept(backend.listener, NULL, NULL);
	peer_hear(fd, heard, sizeof heard);
	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	peer_free(talk.peer);
	daemon_stop(daemon);
	close(backend.listener);
	free(more);
	return heard;
}

START_TEST(backend_gets_the_client_address_in_a_proxy_header)
{
	unsigned from, to;
	char word[8] = "";

	ck_assert_int_eq(
	    sscanf(header_of("v1"), "PROXY TCP4 127.0.0.1 127.0.0.1 %u %u\r\n%7s",
		&from, &to, word),
	    3);
	ck_assert_str_eq(word, "hello");
	const char *heard = header_of("v2");
	ck_assert_mem_eq(heard, "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\1", 20);
	ck_assert_str_eq(heard + 28, "hello");
	heard = header_of("v2-tls");
	ck_assert_mem_eq(heard + 28 + 8, "\x21\0\7TLSv1.3\x23\0\x16TLS_AES_", 20);
	ck_assert_str_eq(heard + 28 + 8 + 10 + 25, "hello");
}
END_TEST

/* Connects six clients with two backends and the setting `balance`. Returns in `met`
 * how many connections each backend had. */
static void
spread(const char *balance, size_t met[2])
{
	struct backend backends[2];
	char places[300];

	for (int i = 0; i < 2; i++)
		backend_open(&backends[i]);
	snprintf(places, sizeof places, "%s, %s", backends[0].place, backends[1].place);
	struct daemon *daemon = relay_to(places, balance);
	for (int i = 0; i < 2; i++)
		backend_run(&backends[i], hear_then_say);
	for (int i = 0; i < 6; i++)
		expect_talk(daemon, 1000, 0);
	daemon_stop(daemon);
	for (int i = 0; i < 2; i++) {
		backend_stop(&backends[i]);
		met[i] = backends[i].met;
	}
}

START_TEST(first_backend_is_used_while_it_answers)
{
	size_t met[2];

	spread("", met);
	ck_assert_uint_eq(met[0], 6);
	ck_assert_uint_eq(met[1], 0);
}
END_TEST

START_TEST(round_robin_takes_turns)
{
	size_t met[2];

	spread("balance = round-robin\n", met);
	ck_assert_uint_eq(met[0], 3);
	ck_assert_uint_eq(met[1], 3);
}
END_TEST

START_TEST(client_keeps_its_backend_by_source)
{
	size_t met[2];

	spread("balance = source\n", met);
	ck_assert(met[0] == 6 || met[1] == 6);
	ck_assert_uint_eq(met[0] + met[1], 6);
}
END_TEST

START_TEST(idle_relay_ends_without_a_close_notify)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "idle-timeout = 2s\n");
	backend.size = 10;
	backend_run(&backend, say_and_wait);
	expect_break(daemon, 10, ": tlsd: idle-timeout: neither side ");
	daemon_stop(daemon);
	backend_stop(&backend);
	ck_assert(!backend.ended);
}
END_TEST

START_TEST(stop_cuts_a_relay_that_goes_on)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "shutdown-timeout = 300ms\n");
	backend_run(&backend, say_and_wait);
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	long long deadline = daemon_deadline();
	while (backend.met == 0)
		daemon_pause(deadline, "no connection");
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	peer_free(peer);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

/* The backend never reads while the client keeps sending. Then the server must stop. */
START_TEST(shutdown_cuts_a_relay_with_a_backend_that_never_reads)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "shutdown-timeout = 300ms\n");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.size = 100 * MIB,
		.late = true };
	while (talk.late) {
		talk_speak(&talk);
		talk_pause(&talk);
	}
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	peer_free(talk.peer);
	daemon_stop(daemon);
	close(backend.listener);
}
END_TEST

START_TEST(relays_leak_no_descriptor)
{
	struct backend backend;

	backend_open(&backend);
	struct daemon *daemon = relay_to(backend.place, "");
	size_t before = daemon_descriptors(daemon);
	backend.size = 10;
	backend_run(&backend, hear_then_say);
	for (int i = 0; i < 50; i++)
		expect_talk(daemon, 10, 10);
	daemon_expect_descriptors(daemon, before);
	daemon_stop(daemon);
	backend_stop(&backend);
}
END_TEST

START_TEST(unusable_backend_is_an_error_with_its_line)
{
	static const char *const wrong[] = { "", "connect = *:80\n",
		"connect = 127.0.0.1:0\n", "connect = somewhere\n",
		"connect = 300.0.0.1:80\n", "connect = a name.example:80\n" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const char *output;
		char *more = memory_format("respond = connect\n%s", wrong[i]);
		const char *path = suite_file("wrong.ini", daemon_ini(more));
		const char *const arguments[] = { "-t", "-c", path };
		ck_assert_int_eq(daemon_run(&output, arguments), 2);
		ck_assert_ptr_nonnull(strstr(output, "connect: "));
		if (i > 0)
			ck_assert_ptr_nonnull(strstr(output, "wrong.ini:5: connect: "));
		free(more);
	}
}
END_TEST

SUITE("relay", echo_of_any_size_is_whole_and_ends_properly, echo_goes_both_ways_at_once,
    echo_waits_for_a_client_that_reads_late, unread_echo_ends_at_the_write_timeout,
    echo_answers_each_byte_at_once,
    echo_that_came_back_is_done_however_the_client_leaves,
    record_that_is_cut_is_an_early_close,
    echo_that_the_client_does_not_take_is_an_early_close,
    echo_survives_new_keys_and_empty_records,
    flood_of_empty_records_breaks_the_protocol, idle_echo_ends_without_a_close_notify,
    renegotiation_is_refused, stop_cuts_an_echo_that_goes_on,
    client_that_ends_first_loses_nothing_over_tcp,
    client_that_ends_first_loses_nothing_over_a_unix_socket,
    backend_gets_both_directions_at_once,
    client_may_go_on_after_the_backends_end_over_tcp,
    client_may_go_on_after_the_backends_end_over_a_unix_socket, backend_may_send_first,
    exchange_with_a_backend_is_done_however_the_client_leaves,
    client_that_leaves_in_the_midst_of_an_answer_has_failed,
    backend_that_closes_ends_a_client_that_has_its_answer,
    backend_reset_is_an_unclean_end,
    backend_that_refuses_is_logged_and_is_an_unclean_end,
    missing_socket_of_a_backend_is_named_in_the_log,
    backend_that_hangs_ends_at_the_connect_timeout_over_a_unix_socket,
    backend_that_hangs_ends_at_the_connect_timeout_over_tcp,
    dead_backend_is_skipped_and_avoided, avoided_backend_comes_back,
    backend_that_resets_without_an_answer_is_avoided,
    backend_that_closes_without_data_gives_an_empty_answer,
    full_backlog_over_a_unix_socket_is_waited_for,
    client_that_leaves_frees_the_worker_before_the_backend_is_reached,
    backend_gets_the_client_address_in_a_proxy_header,
    first_backend_is_used_while_it_answers, round_robin_takes_turns,
    client_keeps_its_backend_by_source, idle_relay_ends_without_a_close_notify,
    stop_cuts_a_relay_that_goes_on,
    shutdown_cuts_a_relay_with_a_backend_that_never_reads, relays_leak_no_descriptor,
    unusable_backend_is_an_error_with_its_line)
