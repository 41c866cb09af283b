/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "responders/http.h"

#include <string.h>

#include "lib/suite.h"

static enum http_request
parse(const char *text)
{
	return http_parse(text, strlen(text));
}

START_TEST(get_and_head_are_recognized_for_any_path)
{
	ck_assert_int_eq(parse("GET / HTTP/1.0\r\n\r\n"), HTTP_GET);
	ck_assert_int_eq(
	    parse("GET /metrics?a=b HTTP/1.1\r\nHost: x\r\n\r\n"), HTTP_GET);
	ck_assert_int_eq(parse("GET / HTTP/1.0\n\n"), HTTP_GET);
	ck_assert_int_eq(
	    parse("HEAD http://x/ HTTP/1.1\r\nA: b\r\n\r\n"), HTTP_HEAD_ONLY);
}
END_TEST

START_TEST(other_methods_are_distinguished_from_garbage)
{
	ck_assert_int_eq(parse("POST / HTTP/1.1\r\n\r\nGET / HTTP/1.1"), HTTP_OTHER);
	ck_assert_int_eq(parse("get / HTTP/1.1\r\n\r\n"), HTTP_OTHER);
	ck_assert_int_eq(parse("GETS / HTTP/1.1\r\n\r\n"), HTTP_OTHER);
}
END_TEST

START_TEST(invalid_request_line_is_refused_at_once)
{
	static const char *const bad[] = { " \r\n", "\r\r\n", "GET\r\n", "GET /\r\n",
		" / HTTP/1.0\r\n", "GET  / HTTP/1.0\r\n", "GET / HTTP/1.0 \r\n",
		"GET / HTTP/2.0\r\n", "GET / HTTP/1.10\r\n", "PRI * HTTP/2.0\r\n",
		"GET / /x HTTP/1.0\r\n", "HTTP/1.0\r\n", "GET / HTTP/1.0\r\r\n" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(parse(bad[i]) == HTTP_BAD, "%s", bad[i]);
	ck_assert_int_eq(http_parse("GET /\0 HTTP/1.0\n\n", 17), HTTP_GET);
	ck_assert_int_eq(http_parse("GET\0/ HTTP/1.0\n\n", 16), HTTP_BAD);
}
END_TEST

START_TEST(empty_lines_before_a_request_are_skipped)
{
	ck_assert_int_eq(parse("\r\nGET / HTTP/1.1\r\n\r\n"), HTTP_GET);
	ck_assert_int_eq(parse("\n\r\nHEAD / HTTP/1.0\n\n"), HTTP_HEAD_ONLY);
	ck_assert_int_eq(parse("\r\n"), HTTP_PART);
	ck_assert_int_eq(parse("\r\nGET / HTTP/1.1\r\n"), HTTP_PART);
	ck_assert_int_eq(parse("\r\nnonsense\r\n"), HTTP_BAD);
}
END_TEST

START_TEST(no_part_of_a_request_is_taken_for_the_whole)
{
	static const char whole[] = "HEAD / HTTP/1.1\r\nHost: x\r\nB: y\r\n\r\n";

	for (size_t size = 0; size < sizeof whole - 1; size++)
		ck_assert_int_eq(http_parse(whole, size), HTTP_PART);
	ck_assert_int_eq(http_parse(whole, sizeof whole - 1), HTTP_HEAD_ONLY);
}
END_TEST

START_TEST(a_head_of_8192_bytes_is_taken_and_a_longer_one_is_bad)
{
	char head[HTTP_HEAD];

	memset(head, 'a', sizeof head);
	memcpy(head, "GET / HTTP/1.1\r\nB: ", 19);
	ck_assert_int_eq(http_parse(head, sizeof head - 1), HTTP_PART);
	ck_assert_int_eq(http_parse(head, sizeof head), HTTP_BAD);
	memcpy(head + sizeof head - 4, "\r\n\r\n", 4);
	ck_assert_int_eq(http_parse(head, sizeof head), HTTP_GET);
	memset(head, 'a', sizeof head);
	ck_assert_int_eq(http_parse(head, sizeof head), HTTP_BAD);
}
END_TEST

SUITE("http", get_and_head_are_recognized_for_any_path,
    other_methods_are_distinguished_from_garbage,
    invalid_request_line_is_refused_at_once, empty_lines_before_a_request_are_skipped,
    no_part_of_a_request_is_taken_for_the_whole,
    a_head_of_8192_bytes_is_taken_and_a_longer_one_is_bad)
