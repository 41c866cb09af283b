/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/options/target.h"

#include <string.h>

#include "lib/suite.h"

static struct target target;
static char error[TARGET_ERROR_SIZE];

static void
check_host(const char *text, const char *host, const char *port, const char *name)
{
	ck_assert_int_eq(target_parse(&target, text, error), 0);
	ck_assert_str_eq(target.text, text);
	ck_assert_str_eq(target.host, host);
	ck_assert_str_eq(target.port, port);
	ck_assert_str_eq(target.name, name);
	ck_assert_ptr_null(target.path);
	target_fini(&target);
}

static void
check_wrong(const char *text, const char *part)
{
	ck_assert_int_eq(target_parse(&target, text, error), -1);
	ck_assert_msg(strstr(error, part) != NULL, "%s: %s", text, error);
	target_fini(&target);
}

START_TEST(host_has_a_port_and_is_the_name_to_verify)
{
	check_host("localhost:4433", "localhost", "4433", "localhost");
	check_host("192.0.2.7:443", "192.0.2.7", "443", "192.0.2.7");
	check_host("[2001:db8::1]:443", "2001:db8::1", "443", "2001:db8::1");
}
END_TEST

START_TEST(url_of_https_is_a_target)
{
	check_host(
	    "https://www.example.org/", "www.example.org", "443", "www.example.org");
	check_host(
	    "https://www.example.org", "www.example.org", "443", "www.example.org");
	check_host("HTTPS://localhost:4433/a:b/c", "localhost", "4433", "localhost");
	check_host("https://localhost?a=b:1", "localhost", "443", "localhost");
	check_host("https://[2001:db8::1]/", "2001:db8::1", "443", "2001:db8::1");
	check_host(
	    "https://[2001:db8::1]:8443/x#y", "2001:db8::1", "8443", "2001:db8::1");
}
END_TEST

START_TEST(url_that_tlsc_cannot_call_is_refused)
{
	check_wrong("http://localhost/", "a scheme other than https://");
	check_wrong("https://user@localhost/", "contains a user name");
	check_wrong("https:///path", "needs a host");
	check_wrong("https://localhost:0/", "not 0");
	check_wrong("https://localhost:http/", "HOST:PORT");
}
END_TEST

START_TEST(name_has_neither_the_dot_of_the_root_nor_a_scope)
{
	check_host("example.org.:443", "example.org.", "443", "example.org");
	check_host("[fe80::1%eth0]:443", "fe80::1%eth0", "443", "fe80::1");
}
END_TEST

START_TEST(path_target_is_a_unix_socket_of_localhost)
{
	const char *const texts[] = { "/run/x.sock", "unix:/run/x.sock" };

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(target_parse(&target, texts[i], error), 0);
		ck_assert_str_eq(target.path, "/run/x.sock");
		ck_assert_str_eq(target.name, "localhost");
		ck_assert_ptr_null(target.host);
		target_fini(&target);
	}
}
END_TEST

START_TEST(invalid_target_is_refused_with_the_expected_form)
{
	check_wrong("localhost", "HOST:PORT");
	check_wrong("localhost:http", "HOST:PORT");
	check_wrong("localhost:70000", "HOST:PORT");
	check_wrong("::1:443", "HOST:PORT");
	check_wrong("unix:x.sock", "HOST:PORT");
	check_wrong("", "HOST:PORT");
	check_wrong(":443", "needs a host");
	check_wrong("*:443", "needs a host");
	check_wrong("localhost:0", "not 0");
}
END_TEST

START_TEST(path_that_fits_no_socket_address_is_refused)
{
	char path[300];

	memset(path, '/', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	check_wrong(path, "too long");
}
END_TEST

SUITE("tlsc target", host_has_a_port_and_is_the_name_to_verify,
    url_of_https_is_a_target, url_that_tlsc_cannot_call_is_refused,
    name_has_neither_the_dot_of_the_root_nor_a_scope,
    path_target_is_a_unix_socket_of_localhost,
    invalid_target_is_refused_with_the_expected_form,
    path_that_fits_no_socket_address_is_refused)
