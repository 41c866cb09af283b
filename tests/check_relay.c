/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd that passes bytes on, both directions at once: respond = echo. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/memory.h"
#include "daemon.h"
#include "peer.h"
#include "suite.h"

#define MIB ((size_t)1 << 20)
#define PIECE 16384

static const struct peer_options tls12 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.2" };
static const struct peer_options tls13 = { .priority =
					       "NORMAL:-VERS-ALL:+VERS-TLS1.3" };

/* What every stream in these tests carries at `offset`, so that a byte which is lost, doubled
 * or out of place is seen. */
static char
byte_at(size_t offset)
{
	return (char)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}

static void
fill_piece(char *bytes, size_t size, size_t offset)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = byte_at(offset + i);
}

static void
check_piece(const char *bytes, size_t size, size_t offset)
{
	char expected[PIECE];

	fill_piece(expected, size, offset);
	ck_assert_msg(memcmp(bytes, expected, size) == 0,
	    "a byte behind the first %zu is wrong", offset);
}

/* A client that sends and hears such streams at once. */
struct talk {
	struct peer *peer;
	size_t size; /* to send */
	bool late; /* reads only once it can send no more, or is done */
	bool open; /* leaves its direction open */
	bool said; /* its close_notify is out */
	size_t sent, heard;
	int code; /* how its hearing ended: 0 by a close_notify */
};

static bool
is_soft(ssize_t code)
{
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

/* Sends what fits now. A send that comes back is repeated with the same bytes. */
static void
speak(struct talk *talk)
{
	char piece[PIECE];

	while (talk->sent < talk->size) {
		size_t left = talk->size - talk->sent;
		size_t part = left < PIECE ? left : PIECE;
		fill_piece(piece, part, talk->sent);
		ssize_t n = gnutls_record_send(talk->peer->tls, piece, part);
		if (is_soft(n))
			return;
		ck_assert_msg(n > 0, "sending: %s", gnutls_strerror((int)n));
		talk->sent += (size_t)n;
	}
	if (!talk->open && !talk->said)
		talk->said = gnutls_bye(talk->peer->tls, GNUTLS_SHUT_WR) == 0;
}

/* Sends what fits and has still more to send; the server may have gone. */
static void
speak_on(struct talk *talk)
{
	char piece[PIECE] = "";
	ssize_t n;

	do
		n = gnutls_record_send(talk->peer->tls, piece, sizeof piece);
	while (n > 0);
}

/* Hears what is there; true at its end. */
static bool
hear(struct talk *talk)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = gnutls_record_recv(talk->peer->tls, piece, sizeof piece)) > 0) {
		check_piece(piece, (size_t)n, talk->heard);
		talk->heard += (size_t)n;
	}
	talk->code = (int)n;
	return !is_soft(n);
}

static bool
has_more_to_say(const struct talk *talk)
{
	return talk->sent < talk->size || !(talk->open || talk->said);
}

/* Waits for what it wants; a late one wants to hear once it can only wait. */
static void
pause_talk(struct talk *talk)
{
	struct pollfd pollfd = { .fd = talk->peer->fd,
		.events = (short)((talk->late ? 0 : POLLIN) |
				  (has_more_to_say(talk) ? POLLOUT : 0)) };

	if (poll(&pollfd, 1, 100) == 0 || !has_more_to_say(talk))
		talk->late = false;
}

static void
run_talk(struct talk *talk)
{
	long long deadline = daemon_deadline();

	for (;;) {
		speak(talk);
		if (!talk->late && hear(talk))
			return;
		pause_talk(talk);
		ck_assert_msg(!deadline_passed((struct deadline){ .at_ns = deadline }),
		    "%zu of %zu sent, %zu heard", talk->sent, talk->size, talk->heard);
	}
}

/* A client that has shaken hands. */
static struct peer *
meet(unsigned port, const struct peer_options *options)
{
	struct peer *peer = peer_new(peer_dial(port), options);

	ck_assert_int_eq(peer_shake(peer), 0);
	return peer;
}

/* Sends `size` bytes to an echo and wants them back, and then a proper end. */
static void
expect_echo(unsigned port, size_t size, const struct peer_options *options, bool late)
{
	struct talk talk = { .peer = meet(port, options), .size = size, .late = late };

	run_talk(&talk);
	ck_assert_msg(talk.code == 0, "the end: %s", gnutls_strerror(talk.code));
	ck_assert_uint_eq(talk.heard, size);
	peer_free(talk.peer);
}

START_TEST(an_echo_of_any_size_is_whole_and_ends_properly)
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

START_TEST(an_echo_goes_both_ways_at_once)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");

	expect_echo(daemon_port(daemon), 20 * MIB, &tls13, false);
	expect_echo(daemon_port(daemon), 20 * MIB, &tls12, false);
	daemon_expect(daemon, " in=20971520 out=20971520 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(an_echo_waits_for_a_client_that_reads_late)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");

	expect_echo(daemon_port(daemon), 20 * MIB, &tls13, true);
	expect_echo(daemon_port(daemon), 20 * MIB, &tls12, true);
	daemon_stop(daemon);
}
END_TEST

START_TEST(an_echo_that_nobody_reads_ends_at_the_write_timeout)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nidle-timeout = 300ms\n");
	struct talk talk = { .peer = meet(daemon_port(daemon), &tls13) };
	long long deadline = daemon_deadline();

	while (daemon_count(daemon, ": tlsd: write-timeout: ") == 0) {
		speak_on(&talk);
		daemon_pause(deadline, "no write-timeout");
	}
	peer_free(talk.peer);
	expect_echo(daemon_port(daemon), 1, &tls13, false);
	daemon_stop(daemon);
}
END_TEST

/* Wants one byte to come back at once, while the connection stays open. */
static void
expect_byte(struct peer *peer)
{
	struct talk talk = { .peer = peer, .size = 1, .open = true };
	long long deadline = daemon_deadline();

	speak(&talk);
	while (talk.heard < 1) {
		ck_assert(!hear(&talk));
		daemon_pause(deadline, "no echo");
	}
}

START_TEST(an_echo_answers_each_byte_at_once)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = meet(daemon_port(daemon), &tls13);

	for (int i = 0; i < 20; i++)
		expect_byte(peer);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: early-close: ");
	daemon_stop(daemon);
}
END_TEST

/* A thousand records without a byte in them, if the server takes them. */
static void
send_empty_records(struct peer *peer)
{
	for (int i = 0; i < 1000; i++)
		gnutls_record_send2(peer->tls, "", 0, 1, 0);
}

START_TEST(an_echo_survives_new_keys_and_empty_records)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = meet(daemon_port(daemon), &tls13);

	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(
		    gnutls_session_key_update(peer->tls, GNUTLS_KU_PEER), 0);
		expect_byte(peer);
	}
	send_empty_records(peer);
	expect_byte(peer);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(a_flood_of_empty_records_ends_with_the_connections_life)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nmax-lifetime = 1s\n");
	struct peer *peer = meet(daemon_port(daemon), &tls13);

	while (daemon_count(daemon, ": tlsd: idle-timeout: the longest life ") == 0)
		send_empty_records(peer);
	peer_free(peer);
	expect_echo(daemon_port(daemon), 1, &tls13, false);
	daemon_stop(daemon);
}
END_TEST

START_TEST(an_idle_echo_ends_without_a_close_notify)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nidle-timeout = 300ms\n");
	struct talk talk = { .peer = meet(daemon_port(daemon), &tls13), .open = true };

	run_talk(&talk);
	ck_assert_int_ne(talk.code, 0);
	daemon_expect(daemon, ": tlsd: idle-timeout: neither side ");
	peer_free(talk.peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(a_wish_to_renegotiate_is_refused)
{
	struct daemon *daemon = daemon_serve("respond = echo\nworkers = 1\n");
	struct peer *peer = meet(daemon_port(daemon), &tls12);
	int code;

	do
		code = gnutls_handshake(peer->tls);
	while (is_soft(code) || code == GNUTLS_E_GOT_APPLICATION_DATA);
	ck_assert_int_lt(code, 0);
	daemon_expect(daemon, ": tlsd: protocol: ");
	peer_free(peer);
	expect_echo(daemon_port(daemon), 1, &tls12, false);
	daemon_stop(daemon);
}
END_TEST

START_TEST(a_stop_cuts_an_echo_that_goes_on)
{
	struct daemon *daemon =
	    daemon_serve("respond = echo\nworkers = 1\nshutdown-timeout = 300ms\n");
	struct peer *peer = meet(daemon_port(daemon), &tls13);

	expect_byte(peer);
	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_int_eq(daemon_wait(daemon), 0);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

int
main(void)
{
	return SUITE_RUN("relay", an_echo_of_any_size_is_whole_and_ends_properly,
	    an_echo_goes_both_ways_at_once, an_echo_waits_for_a_client_that_reads_late,
	    an_echo_that_nobody_reads_ends_at_the_write_timeout,
	    an_echo_answers_each_byte_at_once,
	    an_echo_survives_new_keys_and_empty_records,
	    a_flood_of_empty_records_ends_with_the_connections_life,
	    an_idle_echo_ends_without_a_close_notify, a_wish_to_renegotiate_is_refused,
	    a_stop_cuts_an_echo_that_goes_on);
}
