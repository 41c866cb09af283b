/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_JSON_H
#define TLSD_BASE_JSON_H

/*
 * Writes a JSON text (RFC 8259) into memory. It comes out in ASCII whatever goes in, so it is
 * harmless on a terminal and in a log. One thread at a time.
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
	bool is_fixed; /* the room is the caller's, and all that there is */
	bool is_full; /* it was not enough */
	unsigned depth;
	struct json_level {
		char close; /* '}' or ']' */
		bool filled; /* something stands in it */
	} levels[JSON_DEPTH_MAX];
};

/* Begins in the caller's storage. */
void json_init(struct json *json, enum json_style style);

/* The same, writing into the caller's `room` bytes, with a NUL behind it: and then json_fits()
 * instead of json_finish(). */
void json_init_fixed(struct json *json, enum json_style style, char *text, size_t room);

/* Whether all of it found room. Everything must have been closed. */
bool json_fits(const struct json *json);

/* The finished text, with a newline behind it in the style JSON_PAGE, which the caller frees.
 * Everything must have been closed; `json` is empty afterwards. */
char *json_finish(struct json *json);

/* At most JSON_DEPTH_MAX are open at a time. */
void json_open_object(struct json *json, const char *name);
void json_open_array(struct json *json, const char *name);

/* Closes what was opened last. */
void json_close(struct json *json);

/* Bytes in UTF-8; what is not becomes U+FFFD. */
void json_bytes(struct json *json, const char *name, const void *bytes, size_t size);

/* The same for a string; null for NULL. */
void json_text(struct json *json, const char *name, const char *text);
void json_integer(struct json *json, const char *name, int64_t number);

/* With 15 significant digits; null for infinities and what is no number. The locale's decimal
 * point must be that of C. */
void json_real(struct json *json, const char *name, double number);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);

#endif
