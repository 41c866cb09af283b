/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/logline.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "lib/suite.h"

static const struct log_field example[] = {
	{ "peer", LOG_LOOK_SUBJECT, LOG_KIND_TEXT, { .text = "[192.0.2.7]:51514" } },
	{ "result", LOG_LOOK_WORD, LOG_KIND_TEXT, { .text = "done" } },
	{ "sni", LOG_LOOK_NAMED, LOG_KIND_TEXT, { .text = "-" } },
	{ "resumed", LOG_LOOK_NAMED, LOG_KIND_TRUTH, { .truth = true } },
	{ "queue", LOG_LOOK_NAMED, LOG_KIND_MS, { .ms = 0.25 } },
	{ "id", LOG_LOOK_NAMED, LOG_KIND_NUMBER, { .number = 17 } },
};

#define EXAMPLE example, sizeof example / sizeof example[0]

/* Returns the line in a form, until the next call. Expects its only newline at the end. */
static const char *
make(enum logline_form form, enum log_level level, const struct log_field *fields,
    size_t count)
{
	static char line[LOGLINE_SIZE + 1];
	size_t length = logline_format(line, form, LOG_LOCAL3, level, fields, count);

	line[length] = '\0';
	ck_assert_ptr_eq(strchr(line, '\n'), line + length - 1);
	return line;
}

static const char *
make_message(enum logline_form form, const char *text)
{
	struct log_field field = { "message", LOG_LOOK_WORD, LOG_KIND_TEXT,
		{ .text = text } };

	return make(form, LOG_LEVEL_NOTICE, &field, 1);
}

START_TEST(a_text_has_its_fields_as_they_look)
{
	const char *line = make(LOGLINE_TEXT, LOG_LEVEL_INFO, EXAMPLE);

	ck_assert_ptr_nonnull(strstr(
	    line, "]: [192.0.2.7]:51514: done sni=- resumed=yes queue=0.2ms id=17\n"));
}
END_TEST

START_TEST(an_object_has_the_same_fields)
{
	const char *line = make(LOGLINE_JSON, LOG_LEVEL_INFO, EXAMPLE);

	ck_assert_int_eq(strncmp(line, "{\"time\":\"20", 11), 0);
	ck_assert_ptr_nonnull(strstr(line,
	    ",\"level\":\"info\",\"peer\":\"[192.0.2.7]:51514\",\"result\":\"done\","
	    "\"sni\":null,\"resumed\":true,\"queue_ms\":0.25,\"id\":17}\n"));
}
END_TEST

START_TEST(only_levels_that_matter_stand_in_a_text)
{
	ck_assert_ptr_nonnull(
	    strstr(make(LOGLINE_TEXT, LOG_LEVEL_ERROR, EXAMPLE), "]: error: ["));
	ck_assert_ptr_nonnull(
	    strstr(make(LOGLINE_TEXT, LOG_LEVEL_WARNING, EXAMPLE), "]: warning: ["));
	ck_assert_ptr_nonnull(
	    strstr(make(LOGLINE_TEXT, LOG_LEVEL_NOTICE, EXAMPLE), "]: [192"));
}
END_TEST

START_TEST(syslogd_gets_facility_and_severity)
{
	static const struct {
		enum log_level level;
		int priority; /* RFC 3164, 4.1.1: local3 is 19, times 8 */
	} cases[] = { { LOG_LEVEL_ERROR, 155 }, { LOG_LEVEL_WARNING, 156 },
		{ LOG_LEVEL_NOTICE, 157 }, { LOG_LEVEL_INFO, 158 },
		{ LOG_LEVEL_DEBUG, 159 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *line = make(LOGLINE_SYSLOG, cases[i].level, EXAMPLE);
		ck_assert_int_eq(line[0], '<');
		ck_assert_int_eq(atoi(line + 1), cases[i].priority);
		ck_assert_ptr_nonnull(strstr(line, " tlsd["));
		ck_assert_ptr_nonnull(strstr(line, "]: [192.0.2.7]:51514: done "));
	}
	ck_assert_ptr_nonnull(strstr(
	    make(LOGLINE_SYSLOG_JSON, LOG_LEVEL_INFO, EXAMPLE), "]: {\"time\":\""));
}
END_TEST

START_TEST(the_journal_gets_the_severity_before_the_line)
{
	ck_assert_int_eq(
	    strncmp(make(LOGLINE_JOURNAL, LOG_LEVEL_ERROR, EXAMPLE), "<3>20", 5), 0);
	ck_assert_int_eq(
	    strncmp(make(LOGLINE_JOURNAL, LOG_LEVEL_WARNING, EXAMPLE), "<4>20", 5), 0);
	const char *line = make(LOGLINE_JOURNAL, LOG_LEVEL_INFO, EXAMPLE);
	ck_assert_int_eq(strncmp(line, "<6>20", 5), 0);
	ck_assert_ptr_nonnull(strstr(line, "]: [192.0.2.7]:51514: done sni=- "));
	line = make(LOGLINE_JOURNAL_JSON, LOG_LEVEL_NOTICE, EXAMPLE);
	ck_assert_int_eq(strncmp(line, "<5>{\"time\":\"20", 14), 0);
}
END_TEST

START_TEST(event_with_control_characters_is_one_line)
{
	ck_assert_ptr_nonnull(
	    strstr(make_message(LOGLINE_TEXT, "a\nb\r\tc"), "]: a b  c\n"));
	ck_assert_ptr_nonnull(strstr(make_message(LOGLINE_JSON, "a\n\"b\""),
	    "\"message\":\"a\\n\\\"b\\\"\"}\n"));
}
END_TEST

START_TEST(a_long_text_is_cut_and_an_object_still_ends)
{
	static char text[3 * LOGLINE_SIZE];

	/* Each byte takes six in JSON. */
	memset(text, '\x01', sizeof text - 1);
	const char *line = make_message(LOGLINE_JSON, text);
	ck_assert_str_eq(line + strlen(line) - 3, "\"}\n");
	ck_assert_uint_gt(strlen(line), LOGLINE_SIZE / 4);
	memset(text, 'x', sizeof text - 1);
	ck_assert_uint_eq(strlen(make_message(LOGLINE_TEXT, text)), LOGLINE_SIZE - 1);
	line = make_message(LOGLINE_SYSLOG_JSON, text);
	ck_assert_str_eq(line + strlen(line) - 3, "\"}\n");
}
END_TEST

SUITE("logline", a_text_has_its_fields_as_they_look, an_object_has_the_same_fields,
    only_levels_that_matter_stand_in_a_text, syslogd_gets_facility_and_severity,
    the_journal_gets_the_severity_before_the_line,
    event_with_control_characters_is_one_line,
    a_long_text_is_cut_and_an_object_still_ends)
