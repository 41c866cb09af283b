/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_LOGLINE_H
#define TLSD_BASE_LOG_LOGLINE_H

/*
 * The form of a log line: fields, written as text or as a JSON object (RFC 8259), so that both
 * have the same content. Pure functions, any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log/loglevel.h"

#define LOGLINE_SIZE 4096 /* bytes in a line at most, its newline included */

/* The form of a field in a text. In JSON it always has its name. */
enum log_look {
	LOG_LOOK_SUBJECT, /* "value: " */
	LOG_LOOK_WORD, /* "value " */
	LOG_LOOK_NAMED /* "name=value " */
};

enum log_kind { LOG_KIND_TEXT, LOG_KIND_NUMBER, LOG_KIND_MS, LOG_KIND_TRUTH };

/* A field of a line. Milliseconds are "0.2ms" in a text, and in JSON the number "NAME_ms". */
struct log_field {
	const char *name;
	enum log_look look;
	enum log_kind kind;
	union {
		const char *text; /* "-" is null in JSON */
		uint64_t number;
		double ms;
		bool truth;
	};
};

enum logline_form {
	LOGLINE_TEXT, /* "TIME tlsd[PID]: error: TEXT" */
	LOGLINE_JSON, /* {"time":...,"pid":...,"level":...,...} */
	LOGLINE_SYSLOG, /* "<PRIORITY>TIME tlsd[PID]: TEXT", as syslogd wants it */
	LOGLINE_SYSLOG_JSON,
	LOGLINE_JOURNAL, /* "<LEVEL>" before a text: sd-daemon(3) */
	LOGLINE_JOURNAL_JSON
};

/*
 * Writes one line into `line`, with its newline, and returns its length. A text that is too
 * long is cut. The priority, for syslogd, is facility and level; for the journal it is the level.
 */
size_t logline_format(char line[LOGLINE_SIZE], enum logline_form form, int facility,
    enum log_level level, const struct log_field *fields, size_t count);

#endif
