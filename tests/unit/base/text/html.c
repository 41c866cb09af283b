/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/html.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

#define LOST "\xef\xbf\xbd" /* U+FFFD */

static const char *
escape(const char *text)
{
	char *escaped;
	size_t size;
	FILE *out = open_memstream(&escaped, &size);

	html_print(out, text);
	fclose(out);
	return suite_take(escaped);
}

START_TEST(characters_of_markup_become_references)
{
	ck_assert_str_eq(escape("<script>alert('x')</script>"),
	    "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	ck_assert_str_eq(escape("\" onload=\"x\" a='b'"),
	    "&quot; onload=&quot;x&quot; a=&#39;b&#39;");
	ck_assert_str_eq(escape("a&amp;b&lt;"), "a&amp;amp;b&amp;lt;");
	ck_assert_str_eq(escape("]]><!--"), "]]&gt;&lt;!--");
}
END_TEST

START_TEST(other_text_stays_as_it_is)
{
	ck_assert_str_eq(escape(""), "");
	ck_assert_str_eq(
	    escape("/etc/tlsd/a b.crt `$(x)`\\"), "/etc/tlsd/a b.crt `$(x)`\\");
	ck_assert_str_eq(escape("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x94\x92"),
	    "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x94\x92");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_replaced)
{
	ck_assert_str_eq(escape("a\xff"
				"b\xc3"),
	    "a" LOST "b" LOST);
	ck_assert_str_eq(escape("\xc3<b>"), LOST "&lt;b&gt;");
	/* An overlong "<", and half of a surrogate pair. */
	ck_assert_str_eq(escape("\xc0\xbc"), LOST LOST);
	ck_assert_str_eq(escape("\xed\xa0\x80"), LOST LOST LOST);
}
END_TEST

START_TEST(controls_and_marks_of_direction_are_replaced)
{
	ck_assert_str_eq(escape("a\nb\x1b[0m\x7f"), "a" LOST "b" LOST "[0m" LOST);
	ck_assert_str_eq(escape("a\xe2\x80\xae"
				"b\xef\xbb\xbf"),
	    "a" LOST "b" LOST);
}
END_TEST

SUITE("html", characters_of_markup_become_references, other_text_stays_as_it_is,
    bytes_that_are_not_utf8_are_replaced, controls_and_marks_of_direction_are_replaced)
