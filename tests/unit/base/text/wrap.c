/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/wrap.h"

#include <stdlib.h>

#include "base/text/terminal.h"
#include "lib/suite.h"

static void
check_print(const char *text, size_t width, size_t hang, const char *wanted)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);

	wrap_print(out, text, width, hang);
	fclose(out);
	ck_assert_str_eq(printed, wanted);
	free(printed);
}

START_TEST(text_that_fits_stays_one_line)
{
	check_print("", 10, 2, "\n");
	check_print("0123456789", 10, 2, "0123456789\n");
	check_print("  a  b", 10, 2, "  a  b\n");
}
END_TEST

START_TEST(lines_are_broken_at_blanks)
{
	check_print("one two three", 8, 2, "one two\n  three\n");
	check_print("one two  three ", 7, 1, "one two\n three\n");
	check_print("  one two three", 8, 0, "  one\ntwo\nthree\n");
}
END_TEST

START_TEST(word_that_is_wider_than_a_line_is_not_broken)
{
	check_print("a 0123456789 b", 5, 1, "a\n 0123456789\n b\n");
}
END_TEST

START_TEST(characters_of_several_bytes_take_one_column)
{
	check_print("\u00e4\u00f6\u00fc \u00e4\u00f6\u00fc x", 7, 0,
	    "\u00e4\u00f6\u00fc \u00e4\u00f6\u00fc\nx\n");
}
END_TEST

START_TEST(colours_take_no_columns)
{
	check_print(TERMINAL_RED "one" TERMINAL_PLAIN " two three", 7, 0,
	    TERMINAL_RED "one" TERMINAL_PLAIN " two\nthree\n");
}
END_TEST

SUITE("wrap", text_that_fits_stays_one_line, lines_are_broken_at_blanks,
    word_that_is_wider_than_a_line_is_not_broken,
    characters_of_several_bytes_take_one_column, colours_take_no_columns)
