/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

/* Finishes `json` and expects the text `wanted`. */
static void
expect(struct json *json, const char *wanted)
{
	char *text = json_finish(json);

	ck_assert_str_eq(text, wanted);
	free(text);
}

static void
expect_string(const char *bytes, size_t size, const char *wanted)
{
	struct json json;

	json_init(&json, JSON_LINE);
	json_bytes(&json, NULL, bytes, size);
	expect(&json, wanted);
}

START_TEST(values_stand_in_objects_and_arrays)
{
	struct json json;

	json_init(&json, JSON_LINE);
	json_open_object(&json, NULL);
	json_text(&json, "name", "x");
	json_open_array(&json, "list");
	json_integer(&json, NULL, 1);
	json_integer(&json, NULL, -2);
	json_open_object(&json, NULL);
	json_close(&json);
	json_close(&json);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_null(&json, "nothing");
	json_text(&json, "none", NULL);
	json_close(&json);
	expect(&json, "{\"name\":\"x\",\"list\":[1,-2,{}],\"yes\":true,\"no\":false,"
		      "\"nothing\":null,\"none\":null}");
}
END_TEST

START_TEST(a_page_is_indented)
{
	struct json json;

	json_init(&json, JSON_PAGE);
	json_open_array(&json, NULL);
	json_open_object(&json, NULL);
	json_integer(&json, "a", 1);
	json_open_array(&json, "b");
	json_close(&json);
	json_close(&json);
	json_close(&json);
	expect(&json, "[\n  {\n    \"a\": 1,\n    \"b\": []\n  }\n]\n");
}
END_TEST

START_TEST(control_characters_and_quotes_are_escaped)
{
	expect_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
	expect_string(
	    "\n\r\t\b\x1b[31m\x7f", 10, "\"\\n\\r\\t\\u0008\\u001b[31m\\u007f\"");
	expect_string("a\0b", 3, "\"a\\u0000b\"");
	expect_string("", 0, "\"\"");
}
END_TEST

START_TEST(other_characters_become_ascii)
{
	expect_string("Zo\xc3\xab", 4, "\"Zo\\u00eb\"");
	expect_string("\xe2\x80\xae", 3, "\"\\u202e\"");
	expect_string("\xf0\x9f\x94\x92", 4, "\"\\ud83d\\udd12\"");
}
END_TEST

START_TEST(invalid_utf8_is_replaced)
{
	expect_string("a\xff"
		      "b",
	    3, "\"a\\ufffdb\"");
	expect_string("\xc3", 1, "\"\\ufffd\"");
	expect_string("\xc0\xaf", 2, "\"\\ufffd\\ufffd\"");
	expect_string("\xe0\x80\xaf", 3, "\"\\ufffd\\ufffd\\ufffd\"");
	expect_string("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"");
	expect_string("\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}
END_TEST

START_TEST(numbers_keep_their_value)
{
	struct json json;

	json_init(&json, JSON_LINE);
	json_open_array(&json, NULL);
	json_integer(&json, NULL, INT64_MIN);
	json_integer(&json, NULL, INT64_MAX);
	json_real(&json, NULL, 1.5);
	json_real(&json, NULL, -0.001);
	json_real(&json, NULL, NAN);
	json_real(&json, NULL, INFINITY);
	json_close(&json);
	expect(
	    &json, "[-9223372036854775808,9223372036854775807,1.5,-0.001,null,null]");
}
END_TEST

START_TEST(a_long_text_is_whole)
{
	static char long_text[100000];
	struct json json;

	memset(long_text, 'x', sizeof long_text - 1);
	json_init(&json, JSON_LINE);
	json_text(&json, NULL, long_text);
	char *text = json_finish(&json);
	ck_assert_uint_eq(strlen(text), sizeof long_text + 1);
	free(text);
}
END_TEST

SUITE("json", values_stand_in_objects_and_arrays, a_page_is_indented,
    control_characters_and_quotes_are_escaped, other_characters_become_ascii,
    invalid_utf8_is_replaced, numbers_keep_their_value, a_long_text_is_whole)
