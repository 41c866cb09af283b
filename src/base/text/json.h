/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_JSON_H
#define TLSD_BASE_TEXT_JSON_H

/*
 * Writes a JSON text (RFC 8259) into memory. The output is always ASCII, so it is safe on a
 * terminal and in a log. One thread at a time.
 *
 * Each function takes the name of the member first, which is NULL in an array and for the
 * outermost value. Names and values are escaped alike.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 16

enum json_style {
	JSON_LINE, /* all in one line, for logs and protocols */
	JSON_PAGE /* a line for each value, indented, for people */
};

struct json {
	enum json_style style;
	char *text;
	size_t size, room;
	bool is_fixed; /* the caller's buffer, which cannot grow */
	bool is_full; /* it was not enough */
	unsigned depth;
	struct json_level {
		char close; /* '}' or ']' */
		bool filled; /* it has a value */
	} levels[JSON_DEPTH_MAX];
};

/* Starts a text in the caller's storage. */
void json_init(struct json *json, enum json_style style);

/* Starts a text in the caller's `room` bytes, with a NUL after it. Then call json_fits()
 * instead of json_finish(). */
void json_init_fixed(struct json *json, enum json_style style, char *text, size_t room);

/* True if the whole text fits. Everything must have been closed. */
bool json_fits(const struct json *json);

/* Returns the finished text, with a newline after it in the style JSON_PAGE. The caller frees
 * it. Everything must have been closed; `json` is empty afterwards. */
char *json_finish(struct json *json);

/* Open an object or an array. At most JSON_DEPTH_MAX may be open at a time. */
void json_open_object(struct json *json, const char *name);
void json_open_array(struct json *json, const char *name);

/* Closes the object or array that was opened last. */
void json_close(struct json *json);

/* Writes UTF-8 bytes; invalid bytes become U+FFFD. */
void json_bytes(struct json *json, const char *name, const void *bytes, size_t size);

/* Does what json_bytes() does for a string; writes null for NULL. */
void json_text(struct json *json, const char *name, const char *text);
void json_integer(struct json *json, const char *name, int64_t number);

/* Writes 15 significant digits; null for infinities and NaN. The locale's decimal point must be
 * that of C. */
void json_real(struct json *json, const char *name, double number);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);

#endif
