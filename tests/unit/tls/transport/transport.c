/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/transport/transport.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"
#include "lib/virtualtime.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pollwait.h"
#include "tls/transport/traffic.h"

static struct transport transport;
static int peer;

static void
set_up(bool sliced)
{
	int pair[2];
	struct timeval slice = { .tv_usec = TIMESLICE_MS / 10 * 1000 };

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	/* Shorter than TIMESLICE_MS, so that the socket's time-out occurs in tests. */
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
	ck_assert_int_eq(transport_init(&transport), 0);
	transport_attach(&transport, pair[0], sliced);
	peer = pair[1];
}

static void
tear_down(void)
{
	virtualtime_end();
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

START_TEST(pending_input_can_be_peeked)
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

START_TEST(buffered_writes_are_sent_together)
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

START_TEST(waiting_for_input_flushes_gathered_output)
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
	/* The other direction is still open. */
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

static void
drip(void)
{
	ck_assert_int_eq(send(peer, "x", 1, MSG_NOSIGNAL), 1);
}

/* Reads until the deadline, which must come `ms` milliseconds after virtualtime_start(). */
static void
read_until_failure(int64_t ms)
{
	char byte;

	while (transport_read(&transport, &byte, 1) == 1)
		;
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
	ck_assert_int_eq(virtualtime_passed_ms(), ms);
}

static void
check_dripping(bool sliced)
{
	set_up(sliced);
	virtualtime_start(20, drip);
	transport_set_deadline(&transport, deadline_in(130000), 0);
	read_until_failure(130000);
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
	virtualtime_start(7, NULL);
	transport_set_deadline(&transport, deadline_in(10000), 0);
	read_until_failure(10000);
	tear_down();
}
END_TEST

START_TEST(progress_moves_the_idle_time_but_not_the_deadline)
{
	set_up(true);
	virtualtime_start(20, drip);
	transport_set_deadline(&transport, deadline_in(60000), 400);
	read_until_failure(60000);
	tear_down();
}
END_TEST

START_TEST(silence_ends_when_the_idle_time_is_over)
{
	set_up(true);
	virtualtime_start(20, NULL);
	transport_set_deadline(&transport, deadline_in(60000), 400);
	read_until_failure(400);
	tear_down();
}
END_TEST

START_TEST(writing_ends_when_the_peer_reads_nothing_for_the_idle_time)
{
	static char big[1 << 20];
	int result;

	set_up(true);
	virtualtime_start(20, NULL);
	transport_set_deadline(&transport, deadline_never(), 60000);
	do
		result = transport_write(&transport, big, sizeof big);
	while (result == 0);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	ck_assert_int_eq(virtualtime_passed_ms(), 60000);
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

/* The kernel does that by itself over TCP, after the buffer has been full. */
static bool
enlarge_send_buffer(void *context)
{
	(void)context;
	set_send_buffer(24 << 10);
	return false;
}

START_TEST(a_growing_send_buffer_does_not_count_as_progress)
{
	static char big[1 << 20];

	set_up(false);
	set_send_buffer(16 << 10);
	transport_tell(&transport, enlarge_send_buffer, NULL, NULL);
	virtualtime_start(20, NULL);
	transport_set_deadline(&transport, deadline_never(), 60000);
	while (send(transport.fd, big, 4096, MSG_DONTWAIT) > 0)
		;
	struct deadline idle = transport.progress.idle_deadline;
	ck_assert_int_eq(transport_write(&transport, big, sizeof big), -1);
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	ck_assert(transport_has_waited(&transport));
	ck_assert_int_eq(transport.progress.idle_deadline.at_ns, idle.at_ns);
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

START_TEST(try_flush_sends_as_much_as_fits_in_order)
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

START_TEST(waiting_returns_the_descriptors_that_are_ready)
{
	int pair[2];

	set_up(true);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct pollfd other = { .fd = pair[0], .events = POLLIN };
	virtualtime_start(20, NULL);
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
		virtualtime_pass(1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}

START_TEST(waiting_ends_at_the_deadline_even_if_input_is_always_ready)
{
	set_up(true);
	ck_assert_int_eq(write(peer, "a", 1), 1);
	virtualtime_start(20, NULL);
	transport_set_deadline(&transport, deadline_in(60000), 0);
	wait_for_failure();
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
	tear_down();
}
END_TEST

START_TEST(silence_of_a_peer_that_leaves_output_unread_is_a_write_timeout)
{
	set_up(true);
	virtualtime_start(20, NULL);
	transport_set_deadline(&transport, deadline_never(), 60000);
	ck_assert_int_eq(transport_write(&transport, "abc", 3), 0);
	ck_assert_int_eq(transport_flush(&transport), 0);
	wait_for_failure();
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_WRITING);
	tear_down();
}
END_TEST

#define PIECES 6

/* Reads one byte of the output in each step. */
static void
take_piece(void)
{
	char piece;

	recv(peer, &piece, 1, MSG_DONTWAIT);
}

START_TEST(peer_that_reads_output_slowly_is_not_idle)
{
	set_up(true);
	virtualtime_start(500, take_piece);
	transport_set_deadline(&transport, deadline_never(), 2000);
	for (int i = 0; i < PIECES; i++) {
		ck_assert_int_eq(transport_write(&transport, "a", 1), 0);
		ck_assert_int_eq(transport_flush(&transport), 0);
	}
	wait_for_failure();
	/* If the peer had been considered idle, output would be left. */
	ck_assert_int_eq(transport.failure, TRANSPORT_TIMED_OUT_READING);
	ck_assert_int_ge(virtualtime_passed_ms(), PIECES * 500);
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
	virtualtime_start(20, NULL);
	/* A byte is left to read, and the wait must not spin. */
	ck_assert_int_ge(transport_wait(&transport, 0, &nobody, 1, deadline_in(1)), 0);
	ck_assert_int_eq(transport_try_read(&transport, &byte, 1), 1);
	ck_assert_int_eq(
	    transport_wait(&transport, 0, &nobody, 1, deadline_never()), -1);
	ck_assert_int_eq(transport.failure, TRANSPORT_BROKEN);
	close(pair[0]);
	tear_down();
}
END_TEST

START_TEST(output_that_fits_into_the_buffer_is_not_sent_at_once)
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

START_TEST(failed_flush_before_a_read_still_returns_received_data)
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

START_TEST(reading_after_the_first_bytes_is_reported_as_waiting)
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

/* Starts a reader when the wait is announced; without it, the writing would not end. */
static bool
begin_to_read(void *context)
{
	ck_assert_int_eq(pthread_create(context, NULL, read_away, &peer), 0);
	return false;
}

START_TEST(full_socket_is_signalled_before_waiting_for_it)
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

START_TEST(output_is_delivered_once_the_peer_has_taken_it)
{
	char bytes[8];

	set_up(true);
	ck_assert(transport_has_delivered(&transport, 0));
	ck_assert_int_eq(transport_write(&transport, "abc", 3), 0);
	int64_t end = transport_written(&transport);
	ck_assert_int_eq(end, 3);
	ck_assert(!transport_has_delivered(&transport, end));
	ck_assert_int_eq(transport_flush(&transport), 0);
	ck_assert(!transport_has_delivered(&transport, end));
	ck_assert_int_eq(read(peer, bytes, sizeof bytes), 3);
	ck_assert(transport_has_delivered(&transport, end));
	/* Bytes written later do not change that. */
	ck_assert_int_eq(transport_write(&transport, "def", 3), 0);
	ck_assert(transport_has_delivered(&transport, end));
	tear_down();
}
END_TEST

START_TEST(output_that_was_dropped_is_never_delivered)
{
	set_up(true);
	ck_assert_int_eq(transport_write(&transport, "abc", 3), 0);
	int64_t end = transport_written(&transport);
	close(peer);
	peer = -1;
	ck_assert_int_eq(transport_flush(&transport), -1);
	ck_assert(!transport_has_delivered(&transport, end));
	ck_assert(!transport_has_delivered(&transport, transport_written(&transport)));
	tear_down();
}
END_TEST

SUITE("transport", one_receive_serves_many_reads, pending_input_can_be_peeked,
    buffered_writes_are_sent_together, waiting_for_input_flushes_gathered_output,
    the_end_is_not_an_error, a_peer_that_is_gone_is_an_error_without_a_signal,
    dripping_does_not_move_the_deadline,
    dripping_does_not_move_the_deadline_of_a_socket_without_timeouts,
    silence_ends_at_the_deadline, silence_ends_when_the_idle_time_is_over,
    progress_moves_the_idle_time_but_not_the_deadline,
    writing_ends_when_the_peer_reads_nothing_for_the_idle_time,
    a_growing_send_buffer_does_not_count_as_progress, trying_to_read_does_not_wait,
    try_flush_sends_as_much_as_fits_in_order,
    waiting_returns_the_descriptors_that_are_ready,
    waiting_ends_at_the_deadline_even_if_input_is_always_ready,
    silence_of_a_peer_that_leaves_output_unread_is_a_write_timeout,
    peer_that_reads_output_slowly_is_not_idle,
    a_peer_that_hangs_up_while_nothing_is_wanted_is_gone,
    output_that_fits_into_the_buffer_is_not_sent_at_once,
    an_answer_is_read_although_sending_failed,
    failed_flush_before_a_read_still_returns_received_data,
    deferred_output_leaves_with_the_next_output, deferred_output_leaves_before_the_end,
    reading_after_the_first_bytes_is_reported_as_waiting,
    full_socket_is_signalled_before_waiting_for_it,
    output_is_delivered_once_the_peer_has_taken_it,
    output_that_was_dropped_is_never_delivered)
