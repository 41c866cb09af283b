/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON. */
#include "base/text/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/utf8.h"

enum { NUMBER_SIZE = 40, ROOM_FIRST = 256, REPLACEMENT = 0xfffd, ESCAPE_SIZE = 16 };

void
json_init(struct json *json, enum json_style style)
{
	*json = (struct json){ .style = style };
}

void
json_init_fixed(struct json *json, enum json_style style, char *text, size_t room)
{
	*json = (struct json){
		.style = style, .text = text, .room = room, .is_fixed = true
	};
}

bool
json_fits(const struct json *json)
{
	assert(json->depth == 0 && json->is_fixed);
	return !json->is_full;
}

static void
add_bytes(struct json *json, const char *text, size_t size)
{
	bool fits = json->size + size + 1 <= json->room;

	if (!fits && json->is_fixed) {
		json->is_full = true;
		return;
	}
	if (!fits) {
		json->room = 2 * (json->size + size) + ROOM_FIRST;
		json->text = memory_resize(json->text, json->room);
	}
	memcpy(json->text + json->size, text, size);
	json->size += size;
	json->text[json->size] = '\0';
}

static void
add_text(struct json *json, const char *text)
{
	add_bytes(json, text, strlen(text));
}

static void
begin_line(struct json *json)
{
	if (json->style == JSON_LINE)
		return;
	add_text(json, "\n");
	for (unsigned i = 0; i < json->depth; i++)
		add_text(json, "  ");
}

/* RFC 8259, 7: beyond the 16 bits of \u a pair of surrogates. */
static void
add_escape(struct json *json, uint32_t character)
{
	char text[ESCAPE_SIZE];

	if (character < 0x10000) {
		snprintf(text, sizeof text, "\\u%04" PRIx32, character);
	} else {
		character -= 0x10000;
		snprintf(text, sizeof text, "\\u%04" PRIx32 "\\u%04" PRIx32,
		    0xd800 + (character >> 10), 0xdc00 + (character & 0x3ff));
	}
	add_text(json, text);
}

static void
add_character(struct json *json, uint32_t character)
{
	static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
	char byte = (char)character;
	const char *special =
	    character != 0 && character < 0x80 ? strchr(plain, byte) : NULL;

	if (special != NULL) {
		add_text(json, "\\");
		add_bytes(json, &letters[special - plain], 1);
	} else if (character < 0x20 || character > 0x7e) {
		add_escape(json, character);
	} else {
		add_bytes(json, &byte, 1);
	}
}

/* Returns how many of the first bytes need no escape: most do not. */
static size_t
plain_span(const unsigned char *bytes, size_t size)
{
	size_t length = 0;

	while (length < size && bytes[length] >= 0x20 && bytes[length] <= 0x7e &&
	       bytes[length] != '"' && bytes[length] != '\\')
		length++;
	return length;
}

static void
add_string(struct json *json, const unsigned char *bytes, size_t size)
{
	size_t place = 0;

	add_text(json, "\"");
	while (place < size) {
		size_t plain = plain_span(bytes + place, size - place);
		add_bytes(json, (const char *)bytes + place, plain);
		place += plain;
		if (place == size)
			break;
		uint32_t character = REPLACEMENT;
		size_t length = utf8_read(bytes + place, size - place, &character);
		add_character(json, length > 0 ? character : REPLACEMENT);
		place += length > 0 ? length : 1;
	}
	add_text(json, "\"");
}

/* Writes the comma and the name that precede a value. */
static void
begin_value(struct json *json, const char *name)
{
	if (json->depth == 0) {
		assert(json->size == 0 && name == NULL);
		return;
	}
	struct json_level *level = &json->levels[json->depth - 1];
	assert((level->close == '}') == (name != NULL));
	if (level->filled)
		add_text(json, ",");
	level->filled = true;
	begin_line(json);
	if (name == NULL)
		return;
	add_string(json, (const unsigned char *)name, strlen(name));
	add_text(json, json->style == JSON_LINE ? ":" : ": ");
}

static void
add_value(struct json *json, const char *name, const char *text)
{
	begin_value(json, name);
	add_text(json, text);
}

static void
open_level(struct json *json, const char *name, const char *open, char close)
{
	add_value(json, name, open);
	assert(json->depth < JSON_DEPTH_MAX);
	json->levels[json->depth++] = (struct json_level){ .close = close };
}

void
json_open_object(struct json *json, const char *name)
{
	open_level(json, name, "{", '}');
}

void
json_open_array(struct json *json, const char *name)
{
	open_level(json, name, "[", ']');
}

void
json_close(struct json *json)
{
	assert(json->depth > 0);
	const struct json_level level = json->levels[--json->depth];
	if (level.filled)
		begin_line(json);
	add_bytes(json, &level.close, 1);
}

char *
json_finish(struct json *json)
{
	assert(json->depth == 0 && json->size > 0);
	if (json->style == JSON_PAGE)
		add_text(json, "\n");
	char *text = json->text;
	*json = (struct json){ .style = json->style };
	return text;
}

void
json_bytes(struct json *json, const char *name, const void *bytes, size_t size)
{
	begin_value(json, name);
	add_string(json, bytes, size);
}

void
json_text(struct json *json, const char *name, const char *text)
{
	if (text == NULL)
		json_null(json, name);
	else
		json_bytes(json, name, text, strlen(text));
}

void
json_integer(struct json *json, const char *name, int64_t number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof text, "%" PRId64, number);
	add_value(json, name, text);
}

void
json_real(struct json *json, const char *name, double number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof text, "%.15g", number);
	add_value(json, name, isfinite(number) ? text : "null");
}

void
json_bool(struct json *json, const char *name, bool value)
{
	add_value(json, name, value ? "true" : "false");
}

void
json_null(struct json *json, const char *name)
{
	add_value(json, name, "null");
}
