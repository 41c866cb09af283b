/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests a real tlsd in front of which a proxy sends the clients' addresses. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TRUSTING "accept-proxy = yes\naccept-proxy-from = 127.0.0.0/8, unix\n"
#define SEVEN "PROXY TCP4 192.0.2.7 198.51.100.1 51514 443\r\n"
#define EIGHT "PROXY TCP4 192.0.2.8 198.51.100.1 51514 443\r\n"
#define SIX                                                                    \
	SIGNATURE "\x21\x21\x00\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09" \
		  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x0a\x01\x02\x01\xbb"
#define LOCAL SIGNATURE "\x20\x00\x00\x00"

static struct daemon *
serve(const char *more)
{
	return daemon_serve(suite_format(TRUSTING "workers = 1\n%s", more));
}

static int
dial_and_send(unsigned port, const void *bytes, size_t size)
{
	int fd = peer_dial(port);

	peer_send(fd, bytes, size);
	return fd;
}

#define DIAL(port, text) dial_and_send(port, text, sizeof(text) - 1)

START_TEST(proxy_header_sets_the_client_address)
{
	struct daemon *daemon = serve("");
	unsigned port = daemon_port(daemon);

	ck_assert_str_eq(peer_ask_over(DIAL(port, SEVEN), NULL), HELLO);
	daemon_expect(daemon, " [192.0.2.7]:51514: tlsd: done TLS1.3 ");
	ck_assert_str_eq(peer_ask_over(DIAL(port, SIX), NULL), HELLO);
	daemon_expect(daemon, " [2001:db8::9]:258: tlsd: done TLS1.3 ");
	ck_assert_uint_eq(daemon_count(daemon, "[127.0.0.1]:"), 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(header_without_an_address_makes_the_proxy_the_client)
{
	struct daemon *daemon = serve("");
	unsigned port = daemon_port(daemon);

	ck_assert_str_eq(peer_ask_over(DIAL(port, LOCAL), NULL), HELLO);
	ck_assert_str_eq(peer_ask_over(DIAL(port, "PROXY UNKNOWN\r\n"), NULL), HELLO);
	daemon_expect_times(daemon, ": tlsd: done TLS1.3 ", 2);
	ck_assert_uint_eq(daemon_count(daemon, " [127.0.0.1]:"), 3);
	daemon_stop(daemon);
}
END_TEST

START_TEST(proxy_may_connect_to_a_unix_socket)
{
	const char *path = suite_path("sock");
	char *more =
	    memory_format("listen = %s\nrespond = exec\nexec = /usr/bin/env\n", path);
	struct daemon *daemon = serve(more);
	int fd = peer_dial_path(path);

	free(more);
	peer_say(fd, SEVEN);
	const char *environment = peer_ask_over(fd, NULL);
	ck_assert_ptr_nonnull(strstr(environment, "PROTO=TCP\n"));
	ck_assert_ptr_nonnull(strstr(environment, "TCPREMOTEIP=192.0.2.7\n"));
	ck_assert_ptr_nonnull(strstr(environment, "TCPREMOTEPORT=51514\n"));
	ck_assert_ptr_nonnull(strstr(environment, "TCPLOCALIP=198.51.100.1\n"));
	ck_assert_ptr_nonnull(strstr(environment, "TCPLOCALPORT=443\n"));
	daemon_stop(daemon);
}
END_TEST

START_TEST(proxy_header_may_arrive_byte_by_byte)
{
	struct daemon *daemon = serve("hello-timeout = 5m\nhandshake-timeout = 5m\n");
	const char header[] = SIX;
	int fd = peer_dial(daemon_port(daemon));

	for (size_t i = 0; i < sizeof header - 1; i++) {
		peer_send(fd, header + i, 1);
		usleep(1000);
	}
	struct peer_options options = { .segment = 50 };
	ck_assert_str_eq(peer_ask_over(fd, &options), HELLO);
	daemon_expect(daemon, " [2001:db8::9]:258: tlsd: done TLS1.3 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(allow_and_deny_apply_to_the_address_in_the_header)
{
	struct daemon *daemon = serve("deny = 192.0.2.7, 127.0.0.0/8\n");
	unsigned port = daemon_port(daemon);

	peer_see_off(DIAL(port, SEVEN));
	daemon_expect(daemon, " [192.0.2.7]:51514: tlsd: refused-address: ");
	peer_see_off(
	    DIAL(port, "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 2 3\r\n"));
	daemon_expect(daemon, " [192.0.2.7]:2: tlsd: refused-address: ");
	ck_assert_str_eq(peer_ask_over(DIAL(port, EIGHT), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(connections_are_counted_for_the_client_and_not_for_the_proxy)
{
	struct daemon *daemon =
	    serve("max-per-ip = 1\nhello-timeout = 5m\nhandshake-timeout = 5m\n"
		  "[one]\nserver-name = a\n[two]\n");
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");
	int silent[3];

	for (int i = 0; i < 3; i++)
		silent[i] = DIAL(port, "PROXY");
	int seven = DIAL(port, SEVEN "\x16");
	ck_assert_str_eq(peer_ask_over(DIAL(port, EIGHT), NULL), HELLO);
	peer_see_off(DIAL(port, SEVEN "\x16"));
	daemon_expect(daemon, " [192.0.2.7]:51514: two: refused-limit: max-per-ip");
	ck_assert_uint_eq(daemon_count(daemon, "refused-limit"), 1);
	close(seven);
	daemon_expect(daemon, " [192.0.2.7]:51514: two: early-close: ");
	ck_assert_str_eq(peer_ask_over(DIAL(port, SEVEN), NULL), HELLO);
	for (int i = 0; i < 3; i++)
		close(silent[i]);
	daemon_expect_times(
	    daemon, ": proxy-header: the connection ended within the PROXY header", 3);
	daemon_stop(daemon);
}
END_TEST

START_TEST(parked_connection_counts_for_the_client_and_not_for_the_proxy)
{
	struct daemon *daemon = serve("max-waiting = 5\nhello-timeout = 5m\n");
	unsigned port = daemon_port(daemon);
	int others[3], sevens[2];

	for (int i = 0; i < 3; i++)
		others[i] = DIAL(port, "PROXY TCP4 203.0.113.");
	/* After each round trip, the server has read what was sent before it. */
	ck_assert_str_eq(peer_ask_over(DIAL(port, EIGHT), NULL), HELLO);
	peer_say(others[0], "1 198.51.100.1 1 2\r\n\x16");
	peer_say(others[1], "2 198.51.100.1 1 2\r\n");
	peer_say(others[2], "3 198.51.100.1 1 2\r\n\x16");
	ck_assert_str_eq(peer_ask_over(DIAL(port, EIGHT), NULL), HELLO);
	for (int i = 0; i < 2; i++)
		sevens[i] = DIAL(port, SEVEN "\x16");
	int newcomer = DIAL(port, EIGHT "\x16");
	daemon_expect(daemon,
	    " [192.0.2.7]:51514: tlsd: refused-limit: max-waiting was reached: ");
	peer_see_off(sevens[0]);
	close(sevens[1]);
	for (int i = 0; i < 3; i++)
		close(others[i]);
	close(newcomer);
	daemon_expect(daemon, " [203.0.113.2]:1: tlsd: early-close: ");
	ck_assert_uint_eq(daemon_count(daemon, "refused-limit"), 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(proxy_header_is_accepted_from_proxies_only)
{
	struct daemon *daemon = daemon_serve("accept-proxy = yes\n"
					     "accept-proxy-from = 127.0.0.2, ::1\n");

	peer_see_off(DIAL(daemon_port(daemon), SEVEN));
	daemon_expect(
	    daemon, ": tlsd: proxy-header: the address is not in accept-proxy-from");
	ck_assert_uint_eq(daemon_count(daemon, "192.0.2.7"), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(malformed_proxy_header_is_refused)
{
	struct daemon *daemon = serve("hello-timeout = 5m\n");
	unsigned port = daemon_port(daemon);
	unsigned char hello[2048];
	size_t size = peer_hello(hello);

	peer_see_off(dial_and_send(port, hello, size));
	daemon_expect(daemon, ": tlsd: proxy-header: no PROXY header");
	peer_see_off(DIAL(port, SIGNATURE "\x21\x11\xff\xff"));
	daemon_expect(daemon, ": tlsd: proxy-header: a PROXY header that is too long");
	peer_see_off(DIAL(port, SIGNATURE "\x21\x11\x00\x0b"));
	daemon_expect(daemon, ": tlsd: proxy-header: a PROXY header without room");
	peer_see_off(DIAL(port, "PROXY TCP4 1.2.3.4\r\n"));
	daemon_expect(daemon, ": tlsd: proxy-header: a PROXY line without two");
	/* A second header is not accepted. */
	peer_see_off(DIAL(port, SEVEN SEVEN));
	daemon_expect(daemon, " [192.0.2.7]:51514: tlsd: not-tls: ");
	ck_assert_str_eq(peer_ask_over(DIAL(port, SEVEN), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(control_bytes_of_a_proxy_header_are_not_logged)
{
	struct daemon *daemon = serve("hello-timeout = 5m\n");
	unsigned port = daemon_port(daemon);

	peer_see_off(DIAL(port, "PROXY TCP4 \x1b[2J\a\x80\xff 1.2.3.4 1 2\r\n"));
	peer_see_off(DIAL(port, "PROXY \x1b[2J\n\r\n"));
	peer_see_off(DIAL(port, "\x1b[2J\n\xc3\x28 and more\r\n"));
	daemon_expect_times(daemon, ": tlsd: proxy-header: ", 3);
	/* An authority (PP2_TYPE_AUTHORITY) follows the addresses. */
	ck_assert_str_eq(
	    peer_ask_over(DIAL(port, SIGNATURE "\x21\x11\x00\x14"
					       "\xc0\0\2\7\xc6\x33\x64\1\xc9\x3a\1\xbb"
					       "\2\0\5\x1b[2J\n"),
		NULL),
	    HELLO);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_expect_clean_log(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(late_proxy_header_ends_the_connection)
{
	struct daemon *daemon = serve("hello-timeout = 300ms\n");
	unsigned port = daemon_port(daemon);
	int fds[] = { DIAL(port, "PROXY TCP4"), DIAL(port, SEVEN "\x16") };

	daemon_expect(
	    daemon, ": tlsd: hello-timeout: no complete PROXY header in time");
	daemon_expect(daemon,
	    " [192.0.2.7]:51514: tlsd: hello-timeout: no complete ClientHello in time");
	peer_see_off(fds[0]);
	peer_see_off(fds[1]);
	daemon_stop(daemon);
}
END_TEST

/* Expects the configuration to be refused with `complaint`. */
static void
is_no_configuration(const char *more, const char *complaint)
{
	const char *path = suite_file("bad.ini", daemon_ini(more)), *output;
	const char *const arguments[] = { "-t", "-c", path };

	ck_assert_int_ne(daemon_run(&output, arguments), 0);
	ck_assert_msg(strstr(output, complaint) != NULL, "%s", output);
}

START_TEST(untrusted_or_conflicting_accept_proxy_settings_are_refused)
{
	is_no_configuration("accept-proxy = yes\n",
	    "bad.ini:4: accept-proxy: any client can claim any address: set ");
	is_no_configuration("accept-proxy = yes\naccept-proxy-from = proxy.org\n",
	    "bad.ini:5: accept-proxy-from: \"proxy.org\" is not an IP address");
	is_no_configuration("accept-proxy-from = ::1\n",
	    "bad.ini:4: accept-proxy-from: is not used without accept-proxy");
	is_no_configuration(TRUSTING "[a]\nserver-name = a\n[b]\naccept-proxy = no\n",
	    "bad.ini:9: accept-proxy: differs from [a] at [127.0.0.1]:0");
	is_no_configuration(
	    "accept-proxy = yes\n[a]\nserver-name = a\naccept-proxy-from = ::1\n"
	    "[b]\naccept-proxy-from = ::2\n",
	    "bad.ini:4: accept-proxy: differs from [a] at [127.0.0.1]:0");
}
END_TEST

SUITE("proxyheader", proxy_header_sets_the_client_address,
    header_without_an_address_makes_the_proxy_the_client,
    proxy_may_connect_to_a_unix_socket, proxy_header_may_arrive_byte_by_byte,
    allow_and_deny_apply_to_the_address_in_the_header,
    connections_are_counted_for_the_client_and_not_for_the_proxy,
    parked_connection_counts_for_the_client_and_not_for_the_proxy,
    proxy_header_is_accepted_from_proxies_only, malformed_proxy_header_is_refused,
    control_bytes_of_a_proxy_header_are_not_logged,
    late_proxy_header_ends_the_connection,
    untrusted_or_conflicting_accept_proxy_settings_are_refused)
