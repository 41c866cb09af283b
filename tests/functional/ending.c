/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests when the server closes its side of a connection after the answer. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define PATIENT "workers = 1\nclose-timeout = 5m\nhandshake-timeout = 5m\n"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* Reads the whole answer and close_notify. */
static struct peer *
read_answer(struct daemon *daemon, const struct peer_options *options)
{
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), options);

	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_str_eq(peer->answer, HELLO);
	return peer;
}

static void
expect_open(const struct peer *peer)
{
	char byte;

	ck_assert_int_eq(recv(peer->fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static void
expect_end(const struct peer *peer)
{
	struct pollfd poll_peer = { .fd = peer->fd, .events = POLLIN };
	char byte;

	ck_assert_int_eq(poll(&poll_peer, 1, SUITE_PATIENCE_MS), 1);
	ck_assert_int_eq(recv(peer->fd, &byte, 1, MSG_DONTWAIT), 0);
}

/* A client with `priority` sends a request only after it has read its answer. */
static void
request_brings_end(const char *settings, const char *priority)
{
	struct daemon *daemon = daemon_serve(settings);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer_options options = { .priority = priority };
	struct peer *peer = read_answer(daemon, &options);

	expect_open(peer);
	ck_assert_int_eq(gnutls_record_send(peer->tls, "x", 1), 1);
	expect_end(peer);
	peer_free(peer);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}

START_TEST(early_answer_leaves_connection_open_until_the_request)
{
	request_brings_end(PATIENT, NULL);
}
END_TEST

START_TEST(late_answer_leaves_connection_open_until_the_request)
{
	request_brings_end(PATIENT "early-answer = no\n", NULL);
}
END_TEST

START_TEST(answer_in_tls_1_2_leaves_connection_open_until_the_request)
{
	request_brings_end(PATIENT, TLS12);
}
END_TEST

START_TEST(client_that_closes_ends_a_connection_held_open)
{
	struct daemon *daemon = daemon_serve(PATIENT);
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = read_answer(daemon, NULL);

	expect_open(peer);
	peer_free(peer);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(silent_client_sees_the_end_at_close_timeout)
{
	struct daemon *daemon = daemon_serve("workers = 1\nclose-timeout = 100ms\n"
					     "handshake-timeout = 5m\n");
	struct peer *peer = read_answer(daemon, NULL);

	expect_end(peer);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(end_follows_the_answer_to_a_request_that_was_read)
{
	struct daemon *daemon = daemon_serve(PATIENT "respond = echo\n");
	struct peer_options options = { .request = 3 };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);

	while (peer->asked < options.request)
		peer_step(peer);
	ck_assert_int_eq(gnutls_bye(peer->tls, GNUTLS_SHUT_WR), 0);
	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_uint_eq(peer->size, options.request);
	expect_end(peer);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

SUITE("ending", early_answer_leaves_connection_open_until_the_request,
    late_answer_leaves_connection_open_until_the_request,
    answer_in_tls_1_2_leaves_connection_open_until_the_request,
    client_that_closes_ends_a_connection_held_open,
    silent_client_sees_the_end_at_close_timeout,
    end_follows_the_answer_to_a_request_that_was_read)
