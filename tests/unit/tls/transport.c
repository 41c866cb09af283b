/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/transport.h"

#include <errno.h>
#include <pthread.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"

static struct transport transport;
static int peer;

static void
set_up(bool sliced)
{
	int pair[2];
	struct timeval slice = { .tv_usec = TRANSPORT_SLICE_MS / 10 * 1000 };

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	/* A tenth of what is promised makes the time-out of the socket strike in tests. */
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
	ck_assert_int_eq(transport_init(&transport), 0);
	transport_attach(&transport, pair[0], sliced);
	peer = pair[1];
}

static void
tear_down(void)
{
	close(transport.fd);
	if (peer >= 0)
		close(peer);
	transport_fini(&transport);
}

START_TEST(one_receive_serves_many_reads)
{
	struct traffic traffic = { 0 };
	char bytes[8];

	set_up(true);
	transport_count(&transport, &traffic);
	ck_assert_int_eq(write(peer, "abcdefgh", 8), 8);
	ck_assert_int_eq(transport_read(&transport, bytes, 5), 5);
	ck_assert_mem_eq(bytes, "abcde", 5);
	ck_assert_int_eq(write(peer, "ij", 2), 2);
	ck_assert_int_eq(transport_read(&transport, bytes, 8), 3);
	ck_assert_int_eq(transport_read(&transport, bytes, 8), 2);
	ck_assert_uint_eq(traffic.in, 10);
	tear_down();
}
END_TEST

START_TEST(what_is_pending_can_be_looked_at)
{
	const unsigned char *bytes;
	char byte;

	set_up(true);
	ck_assert_int_eq(write(peer, "abc", 3), 3);
	ck_assert_int_eq(transport_read(&transport, &byte, 1), 1);
	ck_assert_uint_eq(transport_pending(&transport, &bytes), 2);
	ck_assert_mem_eq(bytes, "bc", 2);
	tear_down();
}
END_TEST

START_TEST(writes_leave_together)
{
	char bytes[16];

	set_up(true);
	ck_assert_int_eq(transport_write(&transport, "abc", 3), 0);
	ck_assert_int_eq(transport_write(&transport, "def", 3), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), -1);
	ck_assert_int_eq(transport_flush(&transport), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), 6);
	tear_down();
}
END_TEST

START_TEST(waiting_for_input_sends_what_gathered)
{
	char byte, bytes[8];

	set_up(true);
	ck_assert_int_eq(transport_write(&transport, "ask", 3), 0);
	ck_assert_int_eq(write(peer, "x", 1), 1);
	ck_assert_int_eq(transport_read(&transport, &byte, 1), 1);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), 3);
	tear_down();
}
END_TEST

START_TEST(the_end_is_not_an_error)
{
	char byte;

	set_up(true);
	shutdown(peer, SHUT_WR);
	ck_assert_int_eq(transport_read(&transport, &byte, 1), 0);
	ck_assert_int_eq(transport.failure, TRANSPORT_END);
	/* Half of the connection is still there. */
	ck_assert_int_eq(transport_write(&transport, "bye", 3), 0);
	ck_assert_int_eq(transport_flush(&transport), 0);
	tear_down();
}
END_TEST

START_TEST(a_peer_that_is_gone_is_an_error_without_a_signal)
{
	set_up(true);
	close(peer);
	peer = -1;
	ck_assert_int_eq(transport_write(&transport, "x", 1), 0);
	ck_assert_int_eq(transport_flush(&transport), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(transport.failure, TRANSPORT_BROKEN);
	tear_down();
}
END_TEST

/* Sends a byte every 20 ms until the other side is closed. */
static void *
drip(void *unused)
{
	(void)unused;
	while (send(peer, "x", 1, MSG_NOSIGNAL) == 1)
		usleep(20000);
	return NULL;
}

static void
read_until_failure(void)
{
	char byte;

	while (transport_read(&transport, &byte, 1) == 1)
		;
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
}

static void
check_dripping(bool sliced)
{
	pthread_t thread;

	set_up(sliced);
	struct deadline deadline = deadline_in(1300);
	transport_set_deadline(&transport, deadline, 0);
	pthread_create(&thread, NULL, drip, NULL);
	read_until_failure();
	ck_assert(deadline_passed(deadline));
	close(transport.fd);
	pthread_join(thread, NULL);
	transport.fd = -1;
	tear_down();
}

START_TEST(dripping_does_not_move_the_deadline)
{
	check_dripping(true);
}
END_TEST

START_TEST(dripping_does_not_move_the_deadline_of_a_socket_without_timeouts)
{
	check_dripping(false);
}
END_TEST

START_TEST(silence_ends_at_the_deadline)
{
	set_up(true);
	struct deadline deadline = deadline_in(100);
	transport_set_deadline(&transport, deadline, 0);
	read_until_failure();
	ck_assert(deadline_passed(deadline));
	tear_down();
}
END_TEST

START_TEST(progress_moves_the_idle_time_but_not_the_deadline)
{
	pthread_t thread;

	set_up(true);
	struct deadline deadline = deadline_in(600);
	transport_set_deadline(&transport, deadline, 400);
	pthread_create(&thread, NULL, drip, NULL);
	read_until_failure();
	ck_assert(deadline_passed(deadline));
	close(transport.fd);
	pthread_join(thread, NULL);
	transport.fd = -1;
	tear_down();
}
END_TEST

START_TEST(a_reader_that_stands_still_ends_the_writing)
{
	static char big[1 << 20];
	int result;

	set_up(true);
	transport_set_deadline(&transport, deadline_never(), 200);
	do
		result = transport_write(&transport, big, sizeof big);
	while (result == 0);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	ck_assert_int_eq(transport_flush(&transport), -1);
	tear_down();
}
END_TEST

static void
set_send_buffer(int size)
{
	ck_assert_int_eq(
	    setsockopt(transport.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
}

/* As the kernel does by itself over TCP, when the buffer has been full once. */
static bool
enlarge_send_buffer(void *context)
{
	(void)context;
	set_send_buffer(24 << 10);
	return false;
}

START_TEST(a_buffer_that_grows_is_no_progress)
{
	static char big[1 << 20];

	set_up(false);
	set_send_buffer(16 << 10);
	transport_tell(&transport, enlarge_send_buffer, NULL, NULL);
	transport_set_deadline(&transport, deadline_never(), 200);
	while (send(transport.fd, big, 4096, MSG_DONTWAIT) > 0)
		;
	struct deadline idle = transport.idle_deadline;
	ck_assert_int_eq(transport_write(&transport, big, sizeof big), -1);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	ck_assert(transport_has_waited(&transport));
	ck_assert_int_eq(transport.idle_deadline.at_ns, idle.at_ns);
	tear_down();
}
END_TEST

START_TEST(trying_to_read_does_not_wait)
{
	char bytes[8];

	set_up(true);
	ck_assert_int_eq(transport_try_read(&transport, bytes, 8), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(transport.failure, TRANSPORT_FINE);
	ck_assert_int_eq(write(peer, "abc", 3), 3);
	ck_assert_int_eq(transport_try_read(&transport, bytes, 2), 2);
	ck_assert_int_eq(transport_try_read(&transport, bytes, 8), 1);
	shutdown(peer, SHUT_WR);
	ck_assert_int_eq(transport_try_read(&transport, bytes, 8), 0);
	tear_down();
}
END_TEST

START_TEST(trying_to_flush_sends_what_fits_in_order)
{
	int number = 0, got;

	set_up(true);
	do {
		number++;
		transport_write(&transport, &number, sizeof number);
	} while (transport_try_flush(&transport) == 0);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(transport.failure, TRANSPORT_FINE);
	for (int want = 1; want < number; want++) {
		ck_assert_int_eq(recv(peer, &got, sizeof got, MSG_WAITALL), sizeof got);
		ck_assert_int_eq(got, want);
	}
	ck_assert_int_eq(transport_try_flush(&transport), 0);
	ck_assert_int_eq(recv(peer, &got, sizeof got, MSG_WAITALL), sizeof got);
	ck_assert_int_eq(got, number);
	tear_down();
}
END_TEST

START_TEST(waiting_tells_who_is_ready)
{
	int pair[2];

	set_up(true);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct pollfd other = { .fd = pair[0], .events = POLLIN };
	ck_assert_int_eq(
	    transport_wait(&transport, POLLIN, &other, 1, deadline_in(1)), 0);
	ck_assert_int_eq(other.revents, 0);
	ck_assert_int_eq(write(pair[1], "a", 1), 1);
	ck_assert_int_eq(
	    transport_wait(&transport, POLLIN, &other, 1, deadline_never()), 0);
	ck_assert_int_eq(other.revents, POLLIN);
	ck_assert_int_eq(write(peer, "a", 1), 1);
	ck_assert_int_eq(
	    transport_wait(&transport, POLLIN, &other, 1, deadline_never()), POLLIN);
	close(pair[0]);
	close(pair[1]);
	tear_down();
}
END_TEST

static void
wait_for_failure(void)
{
	struct pollfd nobody = { .fd = -1 };

	while (transport_wait(&transport, POLLIN, &nobody, 1, deadline_never()) >= 0)
		;
	ck_assert_int_eq(errno, ETIMEDOUT);
}

START_TEST(waiting_ends_at_the_deadline_though_there_is_always_something)
{
	set_up(true);
	ck_assert_int_eq(write(peer, "a", 1), 1);
	transport_set_deadline(&transport, deadline_in(20), 0);
	wait_for_failure();
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
	tear_down();
}
END_TEST

START_TEST(silence_while_the_peer_leaves_something_untaken_is_its_not_reading)
{
	set_up(true);
	transport_set_deadline(&transport, deadline_never(), 100);
	ck_assert_int_eq(transport_write(&transport, "abc", 3), 0);
	ck_assert_int_eq(transport_flush(&transport), 0);
	wait_for_failure();
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	tear_down();
}
END_TEST

#define PIECES 6

/* Takes all in more time than it may be idle. */
static void *
take_at_leisure(void *unused)
{
	char piece;

	(void)unused;
	for (int i = 0; i < PIECES; i++) {
		usleep(500000);
		ck_assert_int_eq(read(peer, &piece, 1), 1);
	}
	return NULL;
}

START_TEST(who_takes_at_leisure_what_was_sent_is_not_idle)
{
	pthread_t thread;

	set_up(true);
	transport_set_deadline(&transport, deadline_never(), 2000);
	for (int i = 0; i < PIECES; i++) {
		ck_assert_int_eq(transport_write(&transport, "a", 1), 0);
		ck_assert_int_eq(transport_flush(&transport), 0);
	}
	pthread_create(&thread, NULL, take_at_leisure, NULL);
	wait_for_failure();
	/* Had it been the writing, something would be left. */
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
	pthread_join(thread, NULL);
	tear_down();
}
END_TEST

START_TEST(a_peer_that_hangs_up_while_nothing_is_wanted_is_gone)
{
	struct pollfd nobody = { .fd = -1 };
	int pair[2];
	char byte;

	set_up(true);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	transport_attach(&transport, pair[0], false);
	ck_assert_int_eq(write(pair[1], "a", 1), 1);
	close(pair[1]);
	/* It has left something to read, which is waited for without a spin. */
	ck_assert_int_ge(transport_wait(&transport, 0, &nobody, 1, deadline_in(1)), 0);
	ck_assert_int_eq(transport_try_read(&transport, &byte, 1), 1);
	ck_assert_int_eq(
	    transport_wait(&transport, 0, &nobody, 1, deadline_never()), -1);
	ck_assert_int_eq(transport.failure, TRANSPORT_BROKEN);
	close(pair[0]);
	tear_down();
}
END_TEST

START_TEST(what_there_is_room_for_is_taken_without_sending)
{
	char bytes[1000] = "", byte;

	set_up(true);
	while (transport_room(&transport) >= sizeof bytes)
		ck_assert_int_eq(transport_write(&transport, bytes, sizeof bytes), 0);
	ck_assert_int_eq(
	    transport_write(&transport, bytes, transport_room(&transport)), 0);
	ck_assert_uint_eq(transport_room(&transport), 0);
	ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), -1);
	tear_down();
}
END_TEST

START_TEST(an_answer_is_read_although_sending_failed)
{
	char bytes[8];

	set_up(true);
	ck_assert_int_eq(write(peer, "bye", 3), 3);
	close(peer);
	peer = -1;
	ck_assert_int_eq(transport_write(&transport, "x", 1), 0);
	ck_assert_int_eq(transport_try_flush(&transport), -1);
	ck_assert(transport_is_deaf(&transport));
	ck_assert_int_eq(transport_try_read(&transport, bytes, 8), 3);
	ck_assert_int_eq(transport_try_flush(&transport), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(transport.failure, TRANSPORT_FINE);
	ck_assert_int_le(transport_try_read(&transport, bytes, 8), 0);
	ck_assert_int_eq(transport.failure, TRANSPORT_BROKEN);
	tear_down();
}
END_TEST

START_TEST(reading_that_cannot_flush_first_returns_what_the_peer_sent)
{
	char bytes[8];

	set_up(true);
	ck_assert_int_eq(write(peer, "bye", 3), 3);
	close(peer);
	peer = -1;
	ck_assert_int_eq(transport_write(&transport, "x", 1), 0);
	ck_assert_int_eq(transport_read(&transport, bytes, 8), 3);
	ck_assert_int_le(transport_read(&transport, bytes, 8), 0);
	ck_assert_int_eq(transport.failure, TRANSPORT_BROKEN);
	ck_assert_int_eq(transport.error, EPIPE);
	tear_down();
}
END_TEST

START_TEST(deferred_output_leaves_with_the_next_output)
{
	char bytes[8];

	set_up(true);
	ck_assert_int_eq(transport_write(&transport, "ab", 2), 0);
	transport_defer(&transport);
	ck_assert_int_eq(transport_flush(&transport), 0);
	ck_assert_int_eq(transport_try_flush(&transport), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), -1);
	ck_assert_int_eq(transport_write(&transport, "c", 1), 0);
	ck_assert_int_eq(transport_flush(&transport), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), 3);
	tear_down();
}
END_TEST

START_TEST(deferred_output_leaves_before_the_end)
{
	char bytes[8];

	set_up(true);
	ck_assert_int_eq(transport_write(&transport, "ab", 2), 0);
	transport_defer(&transport);
	ck_assert_int_eq(transport_finish(&transport), 0);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, 0), 2);
	ck_assert_int_eq(recv(peer, bytes, sizeof bytes, 0), 0);
	tear_down();
}
END_TEST

static bool
count_wait(void *context)
{
	++*(unsigned *)context;
	return false;
}

START_TEST(the_first_bytes_are_there_but_the_next_may_have_to_be_waited_for)
{
	unsigned waits = 0;
	char bytes[8];

	set_up(true);
	transport_tell(&transport, count_wait, NULL, &waits);
	ck_assert_int_eq(write(peer, "abc", 3), 3);
	ck_assert_int_eq(transport_read(&transport, bytes, 2), 2);
	ck_assert_int_eq(transport_read(&transport, bytes, 2), 1);
	ck_assert_int_eq(transport_write(&transport, "x", 1), 0);
	ck_assert_int_eq(transport_flush(&transport), 0);
	ck_assert_uint_eq(waits, 0);
	ck_assert(!transport_has_waited(&transport));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(write(peer, "abc", 3), 3);
		ck_assert_int_eq(transport_read(&transport, bytes, 8), 3);
		ck_assert_uint_eq(waits, 1);
	}
	ck_assert(transport_has_waited(&transport));
	transport_attach(&transport, transport.fd, true);
	transport_will_wait(&transport);
	ck_assert_uint_eq(waits, 2);
	tear_down();
}
END_TEST

static void *
read_away(void *argument)
{
	static char bytes[65536];

	while (read(*(int *)argument, bytes, sizeof bytes) > 0)
		;
	return NULL;
}

/* Only who is told of the wait begins to read: else the writing would not come to an end. */
static bool
begin_to_read(void *context)
{
	ck_assert_int_eq(pthread_create(context, NULL, read_away, &peer), 0);
	return false;
}

START_TEST(a_full_socket_is_told_before_it_is_waited_for)
{
	static char bytes[1024 * 1024];
	pthread_t reader;

	set_up(true);
	transport_tell(&transport, begin_to_read, NULL, &reader);
	ck_assert_int_eq(transport_write(&transport, bytes, sizeof bytes), 0);
	ck_assert_int_eq(transport_finish(&transport), 0);
	pthread_join(reader, NULL);
	tear_down();
}
END_TEST

SUITE("transport", one_receive_serves_many_reads, what_is_pending_can_be_looked_at,
    writes_leave_together, waiting_for_input_sends_what_gathered,
    the_end_is_not_an_error, a_peer_that_is_gone_is_an_error_without_a_signal,
    dripping_does_not_move_the_deadline,
    dripping_does_not_move_the_deadline_of_a_socket_without_timeouts,
    silence_ends_at_the_deadline, progress_moves_the_idle_time_but_not_the_deadline,
    a_reader_that_stands_still_ends_the_writing, a_buffer_that_grows_is_no_progress,
    trying_to_read_does_not_wait, trying_to_flush_sends_what_fits_in_order,
    waiting_tells_who_is_ready,
    waiting_ends_at_the_deadline_though_there_is_always_something,
    silence_while_the_peer_leaves_something_untaken_is_its_not_reading,
    who_takes_at_leisure_what_was_sent_is_not_idle,
    a_peer_that_hangs_up_while_nothing_is_wanted_is_gone,
    what_there_is_room_for_is_taken_without_sending,
    an_answer_is_read_although_sending_failed,
    reading_that_cannot_flush_first_returns_what_the_peer_sent,
    deferred_output_leaves_with_the_next_output, deferred_output_leaves_before_the_end,
    the_first_bytes_are_there_but_the_next_may_have_to_be_waited_for,
    a_full_socket_is_told_before_it_is_waited_for)
