/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-late KIND HOST PORT MS PROCESS": runs one hostile client of that kind against
 * HOST:PORT, whose deadline of MS milliseconds should end it. Prints how many
 * milliseconds late the server ended the connection, as the client sees it. If the
 * client cannot see that, it counts the open descriptors of PROCESS, the server, which
 * must have no other client.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "soak/call.h"

#define DRIP_MS 20
#define UPDATE_MS 150 /* the library accepts eight a second */
#define GIVE_UP_MS 20000
#define GULP 2048
#define PAUSE_MS 20
#define NARROW 4096
#define GONE (POLLHUP | POLLERR)

static double begin_ms, limit_ms; /* start and length of the deadline */
static char folder[64]; /* /proc/PID/fd of the server */
static off_t at_rest; /* descriptors without a client */
static bool accepted; /* more descriptors were seen since */
static in_addr_t host;
static unsigned port;
static int fd;
static gnutls_session_t tls;

/* Bytes that the client's library would have sent. */
static unsigned char kept[16384];
static size_t kept_size;

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Returns the number of the server's descriptors: since Linux 6.2, st_size of /proc/PID/fd. */
static off_t
count_descriptors(void)
{
	struct stat st;

	return stat(folder, &st) == 0 ? st.st_size : -1;
}

static bool
has_let_go(void)
{
	off_t count = count_descriptors();

	if (at_rest <= 0)
		return false;
	accepted = accepted || count > at_rest;
	return accepted && count <= at_rest;
}

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Waits for `moment_ms`. Returns true as soon as the client sees one of `events`, or
 * the server has closed its descriptor. */
static bool
is_over(int events, int moment_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = (short)events };
	double until = now_ms() + moment_ms;

	do {
		if (poll(&pollfd, 1, 1) > 0 && (pollfd.revents & (events | GONE)) != 0)
			return true;
		if (has_let_go())
			return true;
		if (now_ms() - begin_ms > limit_ms + GIVE_UP_MS)
			fail("the server does not end it");
	} while (now_ms() < until);
	return false;
}

static void
wait_for_end(int events)
{
	while (!is_over(events, 1000))
		;
}

static void
dial(void)
{
	fd = call_dial(host, port);
	if (fd < 0)
		fail("connect");
}

/* Connects with a small receive buffer, for clients that do not read. */
static void
dial_narrow(void)
{
	int size = NARROW;

	dial();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

/* Starts a session. Deadlines that count from accept(2) begin here, because the server
 * accepts only connections whose clients have sent something. */
static void
start(const char *priority)
{
	tls = call_session(fd, 0, priority);
	begin_ms = now_ms();
}

static void
meet(const char *priority)
{
	start(priority);
	if (call_shake(tls) != 0)
		fail("handshake");
}

static ssize_t
keep(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	(void)pointer;
	if (size > sizeof kept - kept_size)
		size = sizeof kept - kept_size;
	memcpy(kept + kept_size, bytes, size);
	kept_size += size;
	return (ssize_t)size;
}

static void
drip_kept(void)
{
	size_t i = 0;

	do
		if (i < kept_size)
			send(fd, kept + i++, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (!is_over(POLLRDHUP, DRIP_MS));
}

static void
say_one_byte(void)
{
	dial();
	begin_ms = now_ms();
	send(fd, "\x16", 1, MSG_NOSIGNAL);
	wait_for_end(POLLRDHUP);
}

/* Lets the library make the ClientHello, and keeps it instead of sending it. */
static void
make_hello(const char *priority)
{
	dial();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	start(priority);
	gnutls_transport_set_push_function(tls, keep);
	gnutls_handshake(tls);
}

static void
drip_hello(void)
{
	make_hello(CALL_TLS13);
	begin_ms = now_ms();
	drip_kept();
}

static void
say_hello_only(void)
{
	make_hello(CALL_TLS13);
	begin_ms = now_ms();
	send(fd, kept, kept_size, MSG_NOSIGNAL);
	wait_for_end(POLLRDHUP);
}

/* Sends the ClientHello at once, and the client's next flight byte by byte. */
static void
drip_flight(const char *priority)
{
	struct pollfd flight = { .events = POLLIN };

	make_hello(priority);
	begin_ms = now_ms();
	send(fd, kept, kept_size, MSG_NOSIGNAL);
	kept_size = 0;
	flight.fd = fd;
	while (kept_size == 0 && poll(&flight, 1, GIVE_UP_MS) == 1)
		gnutls_handshake(tls);
	drip_kept();
}

static void
drip_flight_13(void)
{
	drip_flight(CALL_TLS13);
}

static void
drip_flight_12(void)
{
	drip_flight(CALL_TLS12);
}

static void
stay_idle(void)
{
	dial();
	meet(CALL_TLS13);
	begin_ms = now_ms();
	wait_for_end(POLLRDHUP);
}

/* The deadline starts with the last byte that arrives unread. Bytes that the kernels
 * move after a pause of PAUSE_MS do not count. */
static void
leave_unread(void)
{
	int unread = 0, before = -1;

	meet(CALL_TLS13);
	while (!is_over(POLLRDHUP, 1)) {
		ioctl(fd, FIONREAD, &unread);
		if (unread != before && now_ms() - begin_ms < PAUSE_MS)
			begin_ms = now_ms();
		before = unread;
	}
}

static void
read_nothing(void)
{
	dial();
	leave_unread();
}

static void
have_no_room(void)
{
	dial_narrow();
	leave_unread();
}

/* Sends as fast as possible. Bytes that the kernels move after a pause are not the
 * server's progress, so they do not restart the deadline. */
static void
send_and_read_nothing(void)
{
	static const char bytes[16384];

	dial_narrow();
	meet(CALL_TLS13);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	do
		while (gnutls_record_send(tls, bytes, sizeof bytes) > 0)
			if (now_ms() - begin_ms < PAUSE_MS)
				begin_ms = now_ms();
	while (!is_over(POLLRDHUP, 1));
}

static void
read_slowly(void)
{
	char bytes[GULP];

	dial_narrow();
	meet(CALL_TLS13);
	while (!is_over(POLLRDHUP, DRIP_MS))
		recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
}

/* Repeats an action, and discards the raw bytes that come back. */
static void
go_on(const char *priority, int (*act)(void), int pause_ms)
{
	char bytes[GULP];

	dial();
	meet(priority);
	while (!is_over(POLLRDHUP, pause_ms) && act() >= 0)
		while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
			;
	wait_for_end(POLLRDHUP);
}

static int
send_a_byte(void)
{
	return (int)gnutls_record_send(tls, "x", 1);
}

static int
send_nothing(void)
{
	return (int)gnutls_record_send2(tls, "", 0, 1, 0);
}

static int
update_keys(void)
{
	return gnutls_session_key_update(tls, 0);
}

static int
flood_with_keys(void)
{
	int code = 0;

	for (int i = 0; i < 100 && code >= 0; i++)
		code = update_keys();
	return code;
}

static int
flood_with_nothing(void)
{
	int code = 0;

	for (int i = 0; i < 1000 && code >= 0; i++)
		code = send_nothing();
	return code;
}

static void
send_slowly(void)
{
	go_on(CALL_TLS13, send_a_byte, DRIP_MS);
}

static void
update_keys_slowly(void)
{
	go_on(CALL_TLS13, update_keys, UPDATE_MS);
}

static void
send_nothing_slowly(void)
{
	go_on(CALL_TLS13, send_nothing, DRIP_MS);
}

/* A flood is not ended by a deadline: then MS is 0, and the time counts from its start. */
static void
flood(const char *priority, int (*act)(void))
{
	dial();
	meet(priority);
	begin_ms = now_ms();
	while (!is_over(POLLRDHUP, 0) && act() >= 0)
		;
	wait_for_end(POLLRDHUP);
}

static void
update_keys_fast(void)
{
	flood(CALL_TLS13, flood_with_keys);
}

static void
send_nothing_fast(void)
{
	flood(CALL_TLS13, flood_with_nothing);
}

static void
renegotiate(void)
{
	dial();
	meet(CALL_TLS12);
	begin_ms = now_ms();
	call_shake(tls);
	wait_for_end(POLLRDHUP);
}

/* Receives the whole answer, and the end of the connection. */
static void
hear_all(void)
{
	char bytes[GULP];

	dial();
	meet(CALL_TLS12);
	while (gnutls_record_recv(tls, bytes, sizeof bytes) > 0)
		;
	is_over(POLLRDHUP, GIVE_UP_MS);
	begin_ms = now_ms();
}

static void
never_close(void)
{
	hear_all();
	wait_for_end(0);
}

static void
send_behind_the_end(void)
{
	hear_all();
	while (!is_over(0, DRIP_MS))
		send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static const struct {
	const char *name;
	void (*behave)(void);
} kinds[] = { { "say-one-byte", say_one_byte }, { "drip-hello", drip_hello },
	{ "say-hello-only", say_hello_only }, { "drip-flight-1.3", drip_flight_13 },
	{ "drip-flight-1.2", drip_flight_12 }, { "stay-idle", stay_idle },
	{ "read-nothing", read_nothing }, { "have-no-room", have_no_room },
	{ "send-and-read-nothing", send_and_read_nothing },
	{ "read-slowly", read_slowly }, { "send-slowly", send_slowly },
	{ "update-keys-slowly", update_keys_slowly },
	{ "send-nothing-slowly", send_nothing_slowly }, { "never-close", never_close },
	{ "send-behind-the-end", send_behind_the_end },
	{ "update-keys-fast", update_keys_fast },
	{ "send-nothing-fast", send_nothing_fast }, { "renegotiate", renegotiate } };

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

int
main(int argc, char **argv)
{
	size_t kind = 0;

	while (argc == 6 && kind < KIND_COUNT && strcmp(kinds[kind].name, argv[1]) != 0)
		kind++;
	if (argc != 6 || kind == KIND_COUNT) {
		fputs("usage: bench-late KIND HOST PORT MS PROCESS\n", stderr);
		return 2;
	}
	host = ntohl(inet_addr(argv[2]));
	port = (unsigned)strtoul(argv[3], NULL, 10);
	limit_ms = strtod(argv[4], NULL);
	snprintf(folder, sizeof folder, "/proc/%s/fd", argv[5]);
	at_rest = count_descriptors();
	call_init();
	kinds[kind].behave();
	printf("%.1f\n", now_ms() - begin_ms - limit_ms);
	if (tls != NULL)
		gnutls_deinit(tls);
	close(fd);
	call_fini();
	return 0;
}
