/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to values and back. */
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

struct unit {
	const char *name;
	int64_t factor;
};

int
text_parse_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '-' && isdigit((unsigned char)text[1])))
		return -1;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return -1;
	*number = value;
	return 0;
}

/* A number with one of `units`, the first of which is the one that a bare number has. */
static int
parse_with_unit(const char *text, const struct unit *units, int64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -1;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno != 0)
		return -1;
	const struct unit *unit = units;
	if (*end != '\0')
		while (unit->name != NULL && strcasecmp(unit->name, end) != 0)
			unit++;
	if (unit->name == NULL || number > INT64_MAX / 1000000 / unit->factor)
		return -1;
	*value = number * unit->factor;
	return 0;
}

int
text_parse_duration(const char *text, int64_t *ms)
{
	static const struct unit units[] = { { "s", 1000 }, { "ms", 1 }, { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 }, { NULL, 0 } };

	return parse_with_unit(text, units, ms);
}

int
text_parse_size(const char *text, int64_t *bytes)
{
	static const struct unit units[] = { { "b", 1 }, { "k", 1 << 10 },
		{ "m", 1 << 20 }, { "g", 1 << 30 }, { NULL, 0 } };

	return parse_with_unit(text, units, bytes);
}

int
text_parse_bool(const char *text, bool *value)
{
	static const char *const words[][2] = { { "no", "yes" }, { "false", "true" },
		{ "off", "on" }, { "0", "1" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		for (int truth = 0; truth < 2; truth++)
			if (strcasecmp(text, words[i][truth]) == 0) {
				*value = truth;
				return 0;
			}
	return -1;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads one escape behind its backslash; returns how long it is, or 0 if it is none. */
static size_t
unescape_one(const char *text, char *byte)
{
	static const char from[] = "nrt\\", to[] = "\n\r\t\\";
	const char *simple = *text != '\0' ? strchr(from, *text) : NULL;

	if (simple != NULL) {
		*byte = to[simple - from];
		return 1;
	}
	if (text[0] != 'x' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
		return 0;
	*byte = (char)(hex_digit(text[1]) << 4 | hex_digit(text[2]));
	return 3;
}

char *
text_unescape(const char *text, size_t *size, const char **wrong)
{
	char *bytes = memory_new(strlen(text) + 1);
	size_t n = 0;

	while (*text != '\0') {
		if (*text != '\\') {
			bytes[n++] = *text++;
			continue;
		}
		size_t length = unescape_one(text + 1, &bytes[n]);
		if (length == 0) {
			*wrong = text;
			free(bytes);
			return NULL;
		}
		n++;
		text += 1 + length;
	}
	bytes[n] = '\0';
	*size = n;
	return bytes;
}

/* Leaves the printable ASCII characters from `first` on as they are. */
static char *
escape(char *out, size_t room, const void *bytes, size_t size, unsigned char first)
{
	const unsigned char *in = bytes;
	size_t n = 0;

	assert(room >= 8);
	for (size_t i = 0; i < size; i++) {
		bool plain = in[i] >= first && in[i] < 0x7f && in[i] != '\\';
		/* Room for this byte, and for "..." and the NUL behind it. */
		if (n + (plain ? 1 : 4) + 4 > room) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		if (plain)
			out[n++] = (char)in[i];
		else
			n += (size_t)snprintf(out + n, room - n, "\\x%02x", in[i]);
	}
	out[n] = '\0';
	return out;
}

char *
text_escape(char *out, size_t room, const void *bytes, size_t size)
{
	return escape(out, room, bytes, size, ' ');
}

char *
text_escape_word(char *out, size_t room, const void *bytes, size_t size)
{
	return escape(out, room, bytes, size, ' ' + 1);
}
