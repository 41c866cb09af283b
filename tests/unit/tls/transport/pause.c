/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests transports that park instead of waiting. */
#include "tls/transport/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"
#include "lib/virtualtime.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pollwait.h"
#include "tls/transport/transport.h"

#define MUCH (8 << 20) /* bytes; more than socket buffers hold */

static struct transport transport, other;
static int peer;
static bool is_wanted; /* another connection needs the thread */

static bool
is_needed(void *context)
{
	(void)context;
	return is_wanted;
}

static void
set_up(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	virtualtime_start(1, NULL);
	ck_assert_int_eq(transport_init(&transport), 0);
	ck_assert_int_eq(transport_init(&other), 0);
	transport_tell(&transport, NULL, is_needed, NULL);
	transport_attach(&transport, pair[0], false);
	transport_set_deadline(&transport, deadline_in(60000), 0);
	ck_assert(!transport_park(&transport, true));
	is_wanted = false;
	peer = pair[1];
}

static void
tear_down(void)
{
	virtualtime_end();
	close(transport.fd);
	close(peer);
	transport_fini(&transport);
	transport_fini(&other);
}

/* Expects the transport to be parked, waiting only for `events` of the peer. */
static struct pause *
expect_pause(short events)
{
	const struct pollfd *polls;

	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(transport.failure, TRANSPORT_FINE);
	ck_assert(transport_is_parked(&transport));
	struct pause *pause = transport_leave(&transport);
	ck_assert_uint_eq(pause_polls(pause, &polls), 1);
	ck_assert_int_eq(polls[0].fd, transport.fd);
	ck_assert_int_eq(polls[0].events, events);
	ck_assert(pause_end(pause).at_ns == transport.deadline.at_ns);
	return pause;
}

START_TEST(a_parked_session_resumes_on_another_transport)
{
	char bytes[8];

	set_up();
	ck_assert_int_eq(write(peer, "abc", 3), 3);
	ck_assert_int_eq(transport_read(&transport, bytes, 3), 3);
	ck_assert_int_eq(transport_read(&transport, bytes, 1), -1);
	struct pause *pause = expect_pause(POLLIN);
	ck_assert_int_eq(write(peer, "d", 1), 1);
	transport_return(&other, pause);
	ck_assert(!transport_is_parked(&other));
	ck_assert_int_eq(transport_read(&other, bytes, 8), 1);
	ck_assert_mem_eq(bytes, "d", 1);
	tear_down();
}
END_TEST

START_TEST(bytes_read_and_written_before_parking_are_kept)
{
	struct pollfd nobody = { .fd = -1 };
	char bytes[8];

	set_up();
	ck_assert_int_eq(write(peer, "abc", 3), 3);
	ck_assert_int_eq(transport_read(&transport, bytes, 1), 1);
	ck_assert_int_eq(
	    transport_wait(&transport, POLLIN, &nobody, 1, deadline_never()), -1);
	ck_assert_int_eq(transport_write(&transport, "xyz", 3), 0);
	transport_return(&other, transport_leave(&transport));
	ck_assert_int_eq(transport_read(&other, bytes, 8), 2);
	ck_assert_mem_eq(bytes, "bc", 2);
	ck_assert_int_eq(transport_flush(&other), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, 0), 3);
	ck_assert_mem_eq(bytes, "xyz", 3);
	tear_down();
}
END_TEST

START_TEST(a_parked_session_lists_every_descriptor_it_waits_for)
{
	int pair[2];
	const struct pollfd *polls;

	set_up();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct pollfd others[2] = { { .fd = -1 }, { .fd = pair[0], .events = POLLIN } };
	struct deadline until = deadline_in(30000);
	ck_assert_int_eq(transport_wait(&transport, 0, others, 2, until), -1);
	ck_assert(transport_is_parked(&transport));
	struct pause *pause = transport_leave(&transport);
	ck_assert_uint_eq(pause_polls(pause, &polls), 3);
	ck_assert_int_eq(polls[0].fd, transport.fd);
	ck_assert_int_eq(polls[0].events, 0);
	ck_assert_int_eq(polls[1].fd, -1);
	ck_assert_int_eq(polls[2].fd, pair[0]);
	ck_assert_int_eq(polls[2].events, POLLIN);
	ck_assert(pause_end(pause).at_ns == until.at_ns);
	free(pause);
	close(pair[0]);
	close(pair[1]);
	tear_down();
}
END_TEST

START_TEST(a_peer_that_did_not_read_gets_the_rest_later_in_order)
{
	static unsigned char bytes[16384];
	size_t written = 0, heard = 0;

	set_up();
	while (transport_make_room(&transport, sizeof bytes) == 0) {
		memset(bytes, (int)(written / sizeof bytes), sizeof bytes);
		ck_assert_int_eq(transport_write(&transport, bytes, sizeof bytes), 0);
		written += sizeof bytes;
		ck_assert_uint_lt(written, MUCH);
	}
	transport_return(&other, expect_pause(POLLOUT));
	ck_assert_int_eq(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
	for (bool finished = false; !finished;) {
		finished = transport_finish(&other) == 0;
		for (ssize_t n; (n = recv(peer, bytes, 512, 0)) > 0; heard += (size_t)n)
			ck_assert_uint_eq(bytes[0], (heard / sizeof bytes) & 0xff);
		if (!finished)
			transport_return(&other, transport_leave(&other));
	}
	ck_assert_uint_eq(heard, written);
	tear_down();
}
END_TEST

/* Reads a byte a millisecond for `ms` milliseconds. Returns false once the transport is parked. */
static bool
reads_on(int ms)
{
	char byte;

	for (int i = 0; i < ms; i++) {
		ck_assert_int_eq(write(peer, "x", 1), 1);
		if (transport_read(&transport, &byte, 1) < 0)
			return false;
		virtualtime_pass(1);
	}
	return true;
}

START_TEST(a_busy_peer_gives_way_after_a_slice_if_another_needs_the_thread)
{
	set_up();
	ck_assert(reads_on(10 * TIMESLICE_MS));
	is_wanted = true;
	ck_assert(!reads_on(TIMESLICE_MS + 2));
	free(expect_pause(POLLIN));
	tear_down();
}
END_TEST

START_TEST(a_busy_peer_keeps_the_thread_for_its_slice)
{
	set_up();
	is_wanted = true;
	ck_assert(reads_on(TIMESLICE_MS));
	tear_down();
}
END_TEST

START_TEST(a_peer_that_takes_all_its_output_gives_way_too)
{
	static char bytes[65536];
	bool parked = false;

	set_up();
	is_wanted = true;
	while (!parked && virtualtime_passed_ms() <= TIMESLICE_MS) {
		parked = transport_make_room(&transport, sizeof bytes) < 0;
		ck_assert_int_eq(
		    transport_write(&transport, bytes, parked ? 0 : sizeof bytes), 0);
		while (recv(peer, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
			;
		virtualtime_pass(1);
	}
	ck_assert(parked);
	free(expect_pause(POLLOUT));
	tear_down();
}
END_TEST

SUITE("pause", a_parked_session_resumes_on_another_transport,
    bytes_read_and_written_before_parking_are_kept,
    a_parked_session_lists_every_descriptor_it_waits_for,
    a_peer_that_did_not_read_gets_the_rest_later_in_order,
    a_busy_peer_gives_way_after_a_slice_if_another_needs_the_thread,
    a_busy_peer_keeps_the_thread_for_its_slice,
    a_peer_that_takes_all_its_output_gives_way_too)
