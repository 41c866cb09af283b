/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the log, as text and as JSON. */
#include "base/log/logline.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log/journal.h"
#include "base/text/json.h"

#define STAMP_SIZE 64
#define NAME_SIZE 32

/* A line under construction; it ends at the end of its room. */
struct line {
	char *text;
	size_t room, length;
};

static void __attribute__((format(printf, 2, 3)))
add_format(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(
	    line->text + line->length, line->room - line->length, format, args);
	va_end(args);
	if (n > 0)
		line->length += (size_t)n;
	if (line->length > line->room - 1)
		line->length = line->room - 1;
}

/* Adds text without a format, which is most of a line. */
static void
add_text(struct line *line, const char *text)
{
	size_t length = strlen(text), room = line->room - 1 - line->length;

	if (length > room)
		length = room;
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

/* Formats the time as "2026-11-23T18:45:06.123Z". */
static void
format_time(char stamp[STAMP_SIZE])
{
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t length = strftime(stamp, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(stamp + length, STAMP_SIZE - length, ".%03ldZ", now.tv_nsec / 1000000);
}

/* RFC 3164, 4.1: syslogd expects local time. */
static void
add_syslog_head(struct line *line, int facility, enum log_level level)
{
	char stamp[STAMP_SIZE];
	time_t now = time(NULL);
	struct tm local;

	strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", localtime_r(&now, &local));
	add_format(line, "<%d>%s tlsd[%ld]: ", facility | journal_number(level), stamp,
	    (long)getpid());
}

static void
add_head(struct line *line, enum log_level level)
{
	char stamp[STAMP_SIZE];

	format_time(stamp);
	add_format(line, "%s tlsd[%ld]: ", stamp, (long)getpid());
	if (level != LOG_LEVEL_INFO && level != LOG_LEVEL_NOTICE)
		add_format(line, "%s: ", log_level_name(level));
}

static void
add_value(struct line *line, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_KIND_TEXT:
		add_text(line, field->text);
		break;
	case LOG_KIND_NUMBER:
		add_format(line, "%" PRIu64, field->number);
		break;
	case LOG_KIND_MS:
		add_format(line, "%.1fms", field->ms);
		break;
	default:
		add_text(line, field->truth ? "yes" : "no");
	}
}

static void
add_fields(struct line *line, const struct log_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			add_text(
			    line, fields[i - 1].look == LOG_LOOK_SUBJECT ? ": " : " ");
		if (fields[i].look == LOG_LOOK_NAMED) {
			add_text(line, fields[i].name);
			add_text(line, "=");
		}
		add_value(line, &fields[i]);
	}
}

/* Keeps one event on one line, regardless of the source of its texts. */
static void
blank_controls(struct line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if ((unsigned char)line->text[i] < ' ' || line->text[i] == 0x7f)
			line->text[i] = ' ';
}

/* A text "-" means a missing value, null in JSON. A long text is cut to `max` bytes. */
static void
add_json_text(struct json *json, const struct log_field *field, size_t max)
{
	if (strcmp(field->text, "-") == 0)
		json_null(json, field->name);
	else
		json_bytes(json, field->name, field->text, strnlen(field->text, max));
}

static void
add_json_field(struct json *json, const struct log_field *field, size_t max)
{
	char text[NAME_SIZE];

	switch (field->kind) {
	case LOG_KIND_TEXT:
		add_json_text(json, field, max);
		break;
	case LOG_KIND_NUMBER:
		json_integer(json, field->name, (int64_t)field->number);
		break;
	case LOG_KIND_MS:
		snprintf(text, sizeof text, "%s_ms", field->name);
		json_real(json, text, field->ms);
		break;
	default:
		json_bool(json, field->name, field->truth);
	}
}

static bool
fill_object(struct json *json, enum log_level level, const struct log_field *fields,
    size_t count, size_t max)
{
	char stamp[STAMP_SIZE];

	format_time(stamp);
	json_open_object(json, NULL);
	json_text(json, "time", stamp);
	json_integer(json, "pid", (int64_t)getpid());
	json_text(json, "level", log_level_name(level));
	for (size_t i = 0; i < count; i++)
		add_json_field(json, &fields[i], max);
	json_close(json);
	return json_fits(json);
}

/* Shortens texts until the whole object fits, because an object without its end is not valid. */
static void
add_object(struct line *line, enum log_level level, const struct log_field *fields,
    size_t count)
{
	struct json json;
	size_t max = line->room;

	do {
		json_init_fixed(&json, JSON_LINE, line->text + line->length,
		    line->room - line->length);
		max /= 2;
	} while (!fill_object(&json, level, fields, count, max) && max > 0);
	line->length += json.size;
}

static bool
is_journal(enum logline_form form)
{
	return form == LOGLINE_JOURNAL || form == LOGLINE_JOURNAL_JSON;
}

static bool
is_object(enum logline_form form)
{
	return form == LOGLINE_JSON || form == LOGLINE_SYSLOG_JSON ||
	       form == LOGLINE_JOURNAL_JSON;
}

size_t
logline_format(char line[LOGLINE_SIZE], enum logline_form form, int facility,
    enum log_level level, const struct log_field *fields, size_t count)
{
	struct line growing = { .text = line, .room = LOGLINE_SIZE - 1 };

	if (form == LOGLINE_SYSLOG || form == LOGLINE_SYSLOG_JSON)
		add_syslog_head(&growing, facility, level);
	if (is_journal(form))
		add_format(&growing, "<%d>", journal_number(level));
	if (form == LOGLINE_TEXT || form == LOGLINE_JOURNAL)
		add_head(&growing, level);
	if (is_object(form))
		add_object(&growing, level, fields, count);
	else
		add_fields(&growing, fields, count);
	blank_controls(&growing);
	line[growing.length++] = '\n';
	return growing.length;
}
