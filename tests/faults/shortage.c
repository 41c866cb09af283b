/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd in which allocations fail: that costs the connection which needed them, and
 * nothing else. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "lib/daemon.h"
#include "faults/poor.h"
#include "lib/repeater.h"

#define WORDS "to be said again\n"
#define COMPLETE "early-answer = no\n"
#define REQUEST "GET / HTTP/1.0\r\n\r\n"
#define TRUSTING "accept-proxy = yes\naccept-proxy-from = 127.0.0.0/8\n"
#define PROXY "PROXY TCP4 192.0.2.7 198.51.100.1 51514 443\r\n"

START_TEST(a_connection_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(so_does_one_of_tls12)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(so_does_one_that_is_answered_early)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };

	poor_fail_each("", &life);
}
END_TEST

START_TEST(so_does_one_with_a_curve_that_takes_big_numbers)
{
	static const struct life life = { .options = { .priority = POOR_TLS13
						       ":-GROUP-ALL:+GROUP-SECP384R1",
					      .name = "localhost",
					      .record = 100 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(so_does_one_whose_hello_has_to_be_said_again)
{
	static const struct life life = {
		.options = { .priority =
				 POOR_TLS13 ":-GROUP-ALL:+GROUP-SECP521R1:+GROUP-"
					    "FFDHE2048:+GROUP-SECP256R1" },
		.retried = true
	};

	poor_fail_each("", &life);
}
END_TEST

START_TEST(so_does_one_that_is_resumed)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.resumed = true };

	poor_fail_each("", &life);
}
END_TEST

/* What a client says before it has keys: its hello, and `more`. */
static void
say_hello(const struct peer *peer, const char *more)
{
	unsigned char hello[2048];
	size_t size = peer_hello_of(peer->options, hello), length = strlen(more);

	ck_assert_uint_le(size + length, sizeof hello);
	memcpy(hello + size, more, length);
	peer_send(peer->fd, hello, size + length);
}

/* Waits for the server's end of it. */
static void
see_off(const struct peer *peer)
{
	ck_assert_int_eq(fcntl(peer->fd, F_SETFL, 0), 0);
	peer_see_off(dup(peer->fd));
}

static void
leave_after_hello(const struct peer *peer)
{
	say_hello(peer, "");
	ck_assert_int_eq(shutdown(peer->fd, SHUT_WR), 0);
	see_off(peer);
}

static void
leave_after_flight(const struct peer *peer)
{
	char byte;

	say_hello(peer, "");
	ck_assert_int_eq(fcntl(peer->fd, F_SETFL, 0), 0);
	if (recv(peer->fd, &byte, 1, MSG_PEEK) == 1)
		peer_reset(dup(peer->fd));
}

static void
say_garbage(const struct peer *peer)
{
	/* More than the client's part of a handshake, for whose end the server would wait. */
	say_hello(peer,
	    "This is no TLS, and it goes on for so long that nobody can take it "
	    "for the end of a handshake.\r\n");
	see_off(peer);
}

/* The next one does all that is right. */
static void
fail_each_who_leaves(const char *ini, const char *priority,
    void (*leave)(const struct peer *peer), const char *reason)
{
	const struct life good = { .options = { .priority = priority } };
	const struct life life = { .options = good.options,
		.leave = leave,
		.refused = reason,
		.next = &good };

	poor_fail_each(ini, &life);
}

/* Whoever has been answered early has been answered. */
static void
fail_each_way(void (*leave)(const struct peer *peer), const char *reason)
{
	fail_each_who_leaves(COMPLETE, POOR_TLS13, leave, reason);
	fail_each_who_leaves(COMPLETE, POOR_TLS12, leave, reason);
	fail_each_who_leaves("", POOR_TLS13, leave, " early=yes ");
}

START_TEST(nobody_else_suffers_by_one_that_leaves_after_its_hello)
{
	fail_each_way(leave_after_hello, ": early-close: ");
}
END_TEST

START_TEST(nobody_else_suffers_by_one_that_leaves_after_the_flight)
{
	fail_each_way(leave_after_flight, ": early-close: ");
}
END_TEST

START_TEST(nobody_else_suffers_by_one_that_says_garbage)
{
	fail_each_way(say_garbage, ": protocol: ");
}
END_TEST

START_TEST(a_service_is_found_by_name_and_protocol_whatever_fails)
{
	static const char ini[] = "[a]\nserver-name = a.org\nalpn = h2\ntext = A\n"
				  "[b]\nserver-name = *.b.org\nalpn = imap\ntext = B\n";
	static const struct life life = { .options = { .priority = POOR_TLS13,
					      .name = "x.b.org",
					      .alpn = "imap" },
		.answer = "B" };

	poor_fail_each(ini, &life);
}
END_TEST

START_TEST(who_wants_another_name_or_protocol_is_refused_whatever_fails)
{
	static const char ini[] = "[a]\nserver-name = a.org\nsni-strict = yes\n"
				  "alpn = imap\n";
	static const struct life good = { .options = {
					      .name = "a.org", .alpn = "imap" } };
	static const struct life other_name = { .options = { .name = "b.org",
						    .alpn = "imap" },
		.refused = ": sni: ",
		.next = &good };
	static const struct life other_protocol = { .options = { .name = "a.org",
							.alpn = "h2" },
		.refused = ": alpn: ",
		.next = &good };

	poor_fail_each(ini, &other_name);
	poor_fail_each(ini, &other_protocol);
}
END_TEST

START_TEST(a_client_behind_a_proxy_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.header = PROXY,
		.answer = "192.0.2.7\n" };

	poor_fail_each(
	    TRUSTING "respond = exec\nexec = /usr/bin/printenv TCPREMOTEIP\n", &life);
}
END_TEST

START_TEST(whom_a_proxy_names_is_refused_whatever_fails)
{
	static const struct life good = { .header = "PROXY UNKNOWN\r\n" };
	static const struct life denied = {
		.header = PROXY, .refused = ": refused-address: ", .next = &good
	};
	static const struct life bad = { .header = "PROXY TCP4 here there\r\n",
		.refused = ": proxy-header: ",
		.next = &good };

	poor_fail_each(TRUSTING "deny = 192.0.2.0/24\n", &denied);
	poor_fail_each(TRUSTING, &bad);
}
END_TEST

START_TEST(an_echo_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	poor_fail_each("respond = echo\n", &life);
}
END_TEST

START_TEST(a_program_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	poor_fail_each("respond = exec\nexec = /bin/cat\n", &life);
}
END_TEST

START_TEST(a_file_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 } };
	char *ini = memory_format(
	    "respond = file\nfile = %s\n", suite_file("hello", POOR_HELLO));

	poor_fail_each(ini, &life);
	free(ini);
}
END_TEST

START_TEST(figures_by_http_outlive_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = REQUEST,
		.opening = "HTTP/1.0 200 OK\r\n" };

	poor_fail_each("respond = metrics\n", &life);
	poor_fail_each("respond = status\n", &life);
}
END_TEST

static void
relay_each(const char *more, const struct life *life)
{
	struct repeater repeater;

	repeater_open(&repeater, suite_path("backend"));
	char *ini = memory_format(
	    "respond = connect\nconnect = %s\n%s", suite_path("backend"), more);
	poor_fail_each(ini, life);
	free(ini);
	repeater_close(&repeater);
}

START_TEST(a_relay_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	relay_each("", &life);
}
END_TEST

START_TEST(so_does_one_that_was_silent)
{
	static const struct life life = {
		.options = { .priority = POOR_TLS13 }, .words = WORDS, .idles = true
	};

	relay_each("", &life);
}
END_TEST

START_TEST(so_does_one_that_tells_who_the_client_is)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS,
		.opening = "PROXY TCP4 127.0.0.1 127.0.0.1 " };

	relay_each("send-proxy = v1\n", &life);
}
END_TEST

START_TEST(so_does_one_that_tells_of_its_tls)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS,
		.opening = "\r\n\r\n" };

	relay_each("send-proxy = v2-tls\n", &life);
}
END_TEST

POOR("shortage", a_connection_outlives_every_allocation_that_fails,
    so_does_one_of_tls12, so_does_one_that_is_answered_early,
    so_does_one_with_a_curve_that_takes_big_numbers,
    so_does_one_whose_hello_has_to_be_said_again, so_does_one_that_is_resumed,
    nobody_else_suffers_by_one_that_leaves_after_its_hello,
    nobody_else_suffers_by_one_that_leaves_after_the_flight,
    nobody_else_suffers_by_one_that_says_garbage,
    a_service_is_found_by_name_and_protocol_whatever_fails,
    who_wants_another_name_or_protocol_is_refused_whatever_fails,
    a_client_behind_a_proxy_outlives_every_allocation_that_fails,
    whom_a_proxy_names_is_refused_whatever_fails,
    an_echo_outlives_every_allocation_that_fails,
    a_program_outlives_every_allocation_that_fails,
    a_file_outlives_every_allocation_that_fails,
    figures_by_http_outlive_every_allocation_that_fails,
    a_relay_outlives_every_allocation_that_fails, so_does_one_that_was_silent,
    so_does_one_that_tells_who_the_client_is, so_does_one_that_tells_of_its_tls)
