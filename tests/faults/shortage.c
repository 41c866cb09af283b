/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd in which allocations fail: only the connection that needed them breaks. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "faults/poor.h"
#include "lib/repeater.h"

#define WORDS "to be said again\n"
#define COMPLETE "early-answer = no\n"
#define REQUEST "GET / HTTP/1.0\r\n\r\n"
#define TRUSTING "accept-proxy = yes\naccept-proxy-from = 127.0.0.0/8\n"
#define PROXY "PROXY TCP4 192.0.2.7 198.51.100.1 51514 443\r\n"

START_TEST(tls13_connection_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(tls12_connection_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(early_answer_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };

	poor_fail_each("", &life);
}
END_TEST

START_TEST(key_exchange_with_bignums_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13
						       ":-GROUP-ALL:+GROUP-SECP384R1",
					      .name = "localhost",
					      .record = 100 } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

/* The first record of a worker makes the contexts of libcrypto. */
START_TEST(chacha20_poly1305_survives_every_allocation_failure)
{
	static const struct life life = { .options = {
					      .priority = POOR_TLS13
					      ":-CIPHER-ALL:+CHACHA20-POLY1305" } };

	poor_fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(hello_retry_survives_every_allocation_failure)
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

START_TEST(resumed_session_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.resumed = true };

	poor_fail_each("", &life);
}
END_TEST

/* Sends what precedes the keys: a ClientHello, and `more`. */
static void
say_hello(const struct peer *peer, const char *more)
{
	unsigned char hello[2048];
	size_t size = peer_hello_of(peer->options, hello), length = strlen(more);

	ck_assert_uint_le(size + length, sizeof hello);
	memcpy(hello + size, more, length);
	peer_send(peer->fd, hello, size + length);
}

/* Waits until the server closes the connection. */
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
	/* Longer than the rest of a client's handshake, so that the server does not
	 * wait for more. */
	say_hello(peer,
	    "This is no TLS, and it goes on for so long that nobody can take it "
	    "for the end of a handshake.\r\n");
	see_off(peer);
}

/* Lets each client leave as `leave` does; the next client behaves well. */
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

/* Without COMPLETE, the client has already received an early answer. */
static void
fail_each_way(void (*leave)(const struct peer *peer), const char *reason)
{
	fail_each_who_leaves(COMPLETE, POOR_TLS13, leave, reason);
	fail_each_who_leaves(COMPLETE, POOR_TLS12, leave, reason);
	fail_each_who_leaves("", POOR_TLS13, leave, " early=yes ");
}

START_TEST(client_that_leaves_after_its_hello_does_not_affect_others)
{
	fail_each_way(leave_after_hello, ": early-close: ");
}
END_TEST

START_TEST(client_that_leaves_after_the_flight_does_not_affect_others)
{
	fail_each_way(leave_after_flight, ": early-close: ");
}
END_TEST

START_TEST(client_that_sends_garbage_does_not_affect_others)
{
	fail_each_way(say_garbage, ": protocol: ");
}
END_TEST

START_TEST(routing_by_name_and_alpn_survives_every_allocation_failure)
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

START_TEST(unknown_name_or_alpn_is_refused_at_every_allocation_failure)
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

START_TEST(proxied_client_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.header = PROXY,
		.answer = "192.0.2.7\n" };

	poor_fail_each(
	    TRUSTING "respond = exec\nexec = /usr/bin/printenv TCPREMOTEIP\n", &life);
}
END_TEST

START_TEST(denied_proxied_client_is_refused_at_every_allocation_failure)
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

START_TEST(echo_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	poor_fail_each("respond = echo\n", &life);
}
END_TEST

START_TEST(exec_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	poor_fail_each("respond = exec\nexec = /bin/cat\n", &life);
}
END_TEST

START_TEST(file_responder_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 } };
	char *ini = memory_format(
	    "respond = file\nfile = %s\n", suite_file("hello", POOR_HELLO));

	poor_fail_each(ini, &life);
	free(ini);
}
END_TEST

START_TEST(http_metrics_survive_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = REQUEST,
		.opening = "HTTP/1.0 200 OK\r\n" };

	poor_fail_each("respond = metrics\n", &life);
	poor_fail_each("respond = status\n", &life);
}
END_TEST

START_TEST(status_page_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = "GET / HTTP/1.0\r\nAccept: text/html\r\n\r\n",
		.opening = "HTTP/1.0 200 OK\r\nDate: " };

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

START_TEST(relay_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS };

	relay_each("", &life);
}
END_TEST

START_TEST(idle_relay_survives_every_allocation_failure)
{
	static const struct life life = {
		.options = { .priority = POOR_TLS13 }, .words = WORDS, .idles = true
	};

	relay_each("", &life);
}
END_TEST

START_TEST(relay_with_proxy_header_v1_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS,
		.opening = "PROXY TCP4 127.0.0.1 127.0.0.1 " };

	relay_each("send-proxy = v1\n", &life);
}
END_TEST

START_TEST(relay_with_tls_in_proxy_header_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.words = WORDS,
		.opening = "\r\n\r\n" };

	relay_each("send-proxy = v2-tls\n", &life);
}
END_TEST

POOR("shortage", tls13_connection_survives_every_allocation_failure,
    tls12_connection_survives_every_allocation_failure,
    early_answer_survives_every_allocation_failure,
    key_exchange_with_bignums_survives_every_allocation_failure,
    chacha20_poly1305_survives_every_allocation_failure,
    hello_retry_survives_every_allocation_failure,
    resumed_session_survives_every_allocation_failure,
    client_that_leaves_after_its_hello_does_not_affect_others,
    client_that_leaves_after_the_flight_does_not_affect_others,
    client_that_sends_garbage_does_not_affect_others,
    routing_by_name_and_alpn_survives_every_allocation_failure,
    unknown_name_or_alpn_is_refused_at_every_allocation_failure,
    proxied_client_survives_every_allocation_failure,
    denied_proxied_client_is_refused_at_every_allocation_failure,
    echo_survives_every_allocation_failure, exec_survives_every_allocation_failure,
    file_responder_survives_every_allocation_failure,
    http_metrics_survive_every_allocation_failure,
    status_page_survives_every_allocation_failure,
    relay_survives_every_allocation_failure,
    idle_relay_survives_every_allocation_failure,
    relay_with_proxy_header_v1_survives_every_allocation_failure,
    relay_with_tls_in_proxy_header_survives_every_allocation_failure)
