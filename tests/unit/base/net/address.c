/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/net/address.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"

static struct address parsed[ADDRESS_MAX];
static char error[ADDRESS_TEXT_SIZE];

static const char *
formatted(int index)
{
	static char text[ADDRESS_TEXT_SIZE];

	return address_format(&parsed[index], text);
}

START_TEST(an_address_and_port_is_one_address)
{
	ck_assert_int_eq(address_parse_listen("127.0.0.1:4433", parsed, error), 1);
	ck_assert_str_eq(formatted(0), "[127.0.0.1]:4433");
	ck_assert_int_eq(address_parse_listen("[::1]:0", parsed, error), 1);
	ck_assert_str_eq(formatted(0), "[::1]:0");
}
END_TEST

START_TEST(a_port_for_every_address_is_both_families)
{
	static const char *const stars[] = { "*:4433", ":4433", "4433", ":::4433" };

	for (size_t i = 0; i < sizeof stars / sizeof stars[0]; i++) {
		ck_assert_int_eq(address_parse_listen(stars[i], parsed, error), 2);
		int first = address_family(&parsed[0]),
		    second = address_family(&parsed[1]);
		ck_assert_int_eq(first + second, AF_INET + AF_INET6);
		ck_assert_int_ne(first, second);
	}
}
END_TEST

START_TEST(a_path_is_a_unix_socket)
{
	static const char *const paths[] = { "/run/x.sock", "unix:/run/x.sock" };

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(address_parse_listen(paths[i], parsed, error), 1);
		ck_assert_int_eq(address_family(&parsed[0]), AF_UNIX);
		ck_assert_str_eq(address_path(&parsed[0]), "/run/x.sock");
		ck_assert_str_eq(formatted(0), "unix:/run/x.sock");
	}
}
END_TEST

START_TEST(a_path_of_a_peer_is_one_harmless_word)
{
	char host[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(
	    address_parse_listen("/run/a b\nok\n\x1b[2J\\\xff", parsed, error), 1);
	ck_assert_str_eq(
	    formatted(0), "unix:/run/a\\x20b\\x0aok\\x0a\\x1b[2J\\x5c\\xff");
	ck_assert_str_eq(address_host(&parsed[0], host),
	    "/run/a\\x20b\\x0aok\\x0a\\x1b[2J\\x5c\\xff");
}
END_TEST

START_TEST(a_path_that_is_too_long_once_escaped_is_cut)
{
	char path[108];

	memset(path, '\n', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	ck_assert_int_eq(address_parse_listen(path, parsed, error), 1);
	const char *text = formatted(0);
	ck_assert_uint_lt(strlen(text), ADDRESS_TEXT_SIZE);
	ck_assert_int_eq(strncmp(text, "unix:/\\x0a\\x0a", 14), 0);
	ck_assert_str_eq(text + strlen(text) - 3, "...");
}
END_TEST

START_TEST(invalid_listen_address_gets_an_error_message)
{
	static const char *const bad[] = { "", "65536", ":::", "::::1", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:https", "::1:4433",
		"300.0.0.1:1" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		error[0] = '\0';
		ck_assert_int_eq(address_parse_listen(bad[i], parsed, error), -1);
		ck_assert_str_ne(error, "");
	}
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused)
{
	char path[200];

	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	ck_assert_int_eq(address_parse_listen(path, parsed, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "107"));
}
END_TEST

START_TEST(a_port_to_connect_to_is_one_of_localhost)
{
	struct address named[ADDRESS_MAX];

	ck_assert_int_eq(address_parse_connect("4433", parsed, error), 0);
	int count = address_resolve("4433", parsed, error);
	ck_assert_int_ge(count, 1);
	ck_assert_int_eq(address_resolve("localhost:4433", named, error), count);
	for (int i = 0; i < count; i++)
		ck_assert(address_equal(&parsed[i], &named[i]));
	ck_assert_int_eq(address_parse_connect("0", parsed, error), -1);
	ck_assert_int_eq(address_parse_connect(":::4433", parsed, error), -1);
}
END_TEST

START_TEST(host_name_to_connect_to_is_not_looked_up)
{
	static const char *const names[] = { "localhost:80", "redis:6379",
		"a.example.:1", "my_service.2-b.example:1", "xn--bcher-kva.example:1",
		"1.2.3.4.example:1" };
	static const char *const bad[] = { "300.0.0.1:1", "1.2.3.4.5:1", "a..b:1",
		".a:1", "a b:1",
		("b\xc3\xbc"
		 "cher.example:1"),
		"[redis]:1", "[::g]:1", "a.123:1" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert_int_eq(address_parse_connect(names[i], parsed, error), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_int_eq(address_parse_connect(bad[i], parsed, error), -1);
		ck_assert_ptr_nonnull(
		    strstr(error, "is neither an address nor a host"));
	}
}
END_TEST

START_TEST(host_name_has_at_most_253_characters_and_labels_of_63)
{
	char name[300];

	memset(name, 'a', sizeof name);
	for (int i = 63; i < 253; i += 64)
		name[i] = '.';
	memcpy(name + 253, ":1", 3);
	ck_assert_int_eq(address_parse_connect(name, parsed, error), 0);
	memcpy(name + 253, ".:1", 4);
	ck_assert_int_eq(address_parse_connect(name, parsed, error), 0);
	memcpy(name + 253, "a:1", 4);
	ck_assert_int_eq(address_parse_connect(name, parsed, error), -1);
	memset(name, 'a', 64);
	memcpy(name + 64, ":1", 3);
	ck_assert_int_eq(address_parse_connect(name, parsed, error), -1);
}
END_TEST

START_TEST(connect_address_needs_a_host_and_a_port)
{
	static const char *const bad[] = { "*:80", ":80", "127.0.0.1:0", "127.0.0.1",
		"x", "", "unix:x" };

	ck_assert_int_eq(address_parse_connect("[::1]:80", parsed, error), 1);
	ck_assert_str_eq(formatted(0), "[::1]:80");
	ck_assert_int_eq(address_parse_connect("unix:/run/x.sock", parsed, error), 1);
	ck_assert_str_eq(formatted(0), "unix:/run/x.sock");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		error[0] = '\0';
		ck_assert_int_eq(address_parse_connect(bad[i], parsed, error), -1);
		ck_assert_str_ne(error, "");
	}
}
END_TEST

static uint32_t
hash_of(const char *text)
{
	ck_assert_int_eq(address_parse_connect(text, parsed, error), 1);
	return address_host_hash(&parsed[0]);
}

START_TEST(the_hash_is_of_the_host_alone)
{
	ck_assert_uint_eq(hash_of("192.0.2.7:1"), hash_of("192.0.2.7:2"));
	ck_assert_uint_ne(hash_of("192.0.2.7:1"), hash_of("192.0.2.8:1"));
	ck_assert_uint_eq(hash_of("[2001:db8::1]:1"), hash_of("[2001:db8::1]:2"));
	ck_assert_uint_ne(hash_of("[2001:db8::1]:1"), hash_of("[2001:db8::2]:1"));
	ck_assert_uint_eq(hash_of("/a"), 0);
}
END_TEST

static void
expect_parts(const char *text, const char *host, unsigned port)
{
	char out[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(address_parse_connect(text, parsed, error), 1);
	ck_assert_str_eq(address_host(&parsed[0], out), host);
	ck_assert_uint_eq(address_port(&parsed[0]), port);
}

START_TEST(address_returns_its_host_and_its_port)
{
	expect_parts("192.0.2.7:51514", "192.0.2.7", 51514);
	expect_parts("[2001:db8::1]:443", "2001:db8::1", 443);
	expect_parts("unix:/run/x.sock", "/run/x.sock", 0);
}
END_TEST

START_TEST(host_and_port_split_at_the_last_colon)
{
	char *host, *port;

	ck_assert_int_eq(address_split("[2001:db8::1]:443", &host, &port), 0);
	ck_assert_str_eq(host, "2001:db8::1");
	ck_assert_str_eq(port, "443");
	free(host);
	free(port);
	ck_assert_int_eq(address_split("*:1", &host, &port), 0);
	ck_assert_str_eq(host, "");
	free(host);
	free(port);
	ck_assert_int_eq(address_split("localhost", &host, &port), -1);
}
END_TEST

START_TEST(equal_addresses_are_equal)
{
	struct address other[ADDRESS_MAX];

	address_parse_listen("127.0.0.1:4433", parsed, error);
	address_parse_listen("127.0.0.1:4433", other, error);
	ck_assert(address_equal(&parsed[0], &other[0]));
	address_parse_listen("127.0.0.1:4434", other, error);
	ck_assert(!address_equal(&parsed[0], &other[0]));
	address_parse_listen("/127.0.0.1", other, error);
	ck_assert(!address_equal(&parsed[0], &other[0]));
}
END_TEST

START_TEST(a_unix_peer_without_a_name_has_an_empty_path)
{
	struct address peer = { .length = sizeof peer.storage };
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(
	    getpeername(pair[0], (struct sockaddr *)&peer.storage, &peer.length), 0);
	ck_assert_str_eq(address_path(&peer), "");
	close(pair[0]);
	close(pair[1]);
}
END_TEST

SUITE("address", an_address_and_port_is_one_address,
    a_port_for_every_address_is_both_families, a_path_is_a_unix_socket,
    a_path_of_a_peer_is_one_harmless_word, a_path_that_is_too_long_once_escaped_is_cut,
    invalid_listen_address_gets_an_error_message, a_path_that_does_not_fit_is_refused,
    connect_address_needs_a_host_and_a_port, a_port_to_connect_to_is_one_of_localhost,
    host_name_to_connect_to_is_not_looked_up,
    host_name_has_at_most_253_characters_and_labels_of_63,
    the_hash_is_of_the_host_alone, address_returns_its_host_and_its_port,
    host_and_port_split_at_the_last_colon, equal_addresses_are_equal,
    a_unix_peer_without_a_name_has_an_empty_path)
