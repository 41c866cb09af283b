/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "responders/mediatype.h"

#include <string.h>

#include "base/memory/memory.h"
#include "lib/suite.h"

/* True if a request with the lines `fields` names text/html. */
static bool
names_html(const char *fields)
{
	const char *head = suite_take(
	    memory_format("GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", fields));

	return mediatype_is_named(head, strlen(head), "text/html");
}

START_TEST(browsers_name_html)
{
	/* Chromium and Firefox, lynx, w3m. */
	ck_assert(names_html("User-Agent: Mozilla/5.0\r\nAccept: text/html,"
			     "application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
	ck_assert(names_html("Accept: text/sgml, text/css, text/html, */*;q=0.01"));
	ck_assert(names_html("Accept: text/html, text/*;q=0.5, image/*"));
}
END_TEST

START_TEST(programs_that_take_anything_do_not_name_html)
{
	ck_assert(!names_html("Accept: */*"));
	ck_assert(!names_html("User-Agent: curl/8"));
	ck_assert(!names_html("Accept: application/json, text/plain"));
	ck_assert(!names_html("Accept: text/*"));
	ck_assert(!names_html("Accept:"));
	ck_assert(!names_html("Accept: ,;,"));
}
END_TEST

START_TEST(case_and_blanks_do_not_matter)
{
	ck_assert(names_html("ACCEPT:text/plain ,\tText/HTML ;charset=utf-8"));
	ck_assert(names_html("accept: text/plain\r\naccept: text/html"));
}
END_TEST

START_TEST(weight_0_refuses_html)
{
	ck_assert(!names_html("Accept: text/html;q=0"));
	ck_assert(!names_html("Accept: text/html; level=1; Q=0.000, */*"));
	ck_assert(names_html("Accept: text/html;q=0.001"));
	ck_assert(names_html("Accept: text/html;q=1.0"));
}
END_TEST

START_TEST(only_the_field_accept_counts)
{
	ck_assert(!names_html("Accept-Language: text/html"));
	ck_assert(!names_html("X-Accept: text/html"));
	ck_assert(!names_html("Accept : text/html"));
	ck_assert(!names_html("Accept: text/htmlx, xtext/html"));
	ck_assert(!mediatype_is_named("", 0, "text/html"));
	ck_assert(!mediatype_is_named("Accept: text/html", 12, "text/html"));
}
END_TEST

SUITE("mediatype", browsers_name_html, programs_that_take_anything_do_not_name_html,
    case_and_blanks_do_not_matter, weight_0_refuses_html, only_the_field_accept_counts)
