/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Converts text to values and back. */
#include "base/text/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory/memory.h"
#include "base/text/utf8.h"

struct unit {
	const char *name;
	int64_t factor;
};

const char *
text_skip_mark(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t size = sizeof mark - 1;

	return strncmp(text, mark, size) == 0 ? text + size : text;
}

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

/* Parses a number with one of `units`; a bare number has the first of them. */
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

const char *
text_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
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

/* Reads one escape after its backslash. Returns its length, or 0 if it is not an escape. */
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

/* Returns how many bytes at `in` are copied unchanged together, or 0. */
typedef size_t plain_length(const unsigned char *in, size_t left);

static size_t
ascii_length(const unsigned char *in, size_t left)
{
	(void)left;
	return in[0] >= 0x20 && in[0] < 0x7f && in[0] != '\\';
}

static size_t
word_length(const unsigned char *in, size_t left)
{
	return in[0] == ' ' ? 0 : ascii_length(in, left);
}

static size_t
character_length(const unsigned char *in, size_t left)
{
	uint32_t character;
	size_t length = utf8_read(in, left, &character);

	if (length == 0 || character == '\\' || !utf8_is_printable(character))
		return 0;
	return length;
}

static char *
escape_bytes(
    char *out, size_t room, const unsigned char *in, size_t size, plain_length *measure)
{
	size_t n = 0, step;

	assert(room >= 8);
	for (size_t i = 0; i < size; i += step) {
		size_t plain = measure(in + i, size - i);
		step = plain > 0 ? plain : 1;
		/* Room for this one, and for "..." and the NUL after it. */
		if (n + (plain > 0 ? plain : 4) + 4 > room) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		if (plain > 0)
			memcpy(out + n, in + i, plain);
		else
			snprintf(out + n, room - n, "\\x%02x", in[i]);
		n += plain > 0 ? plain : 4;
	}
	out[n] = '\0';
	return out;
}

char *
text_escape(char *out, size_t room, const void *bytes, size_t size)
{
	return escape_bytes(out, room, bytes, size, ascii_length);
}

char *
text_escape_word(char *out, size_t room, const void *bytes, size_t size)
{
	return escape_bytes(out, room, bytes, size, word_length);
}

char *
text_escape_name(char *out, size_t room, const void *bytes, size_t size)
{
	return escape_bytes(out, room, bytes, size, character_length);
}

static bool
is_printable(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

char *
text_escape_dn(char *out, size_t room, const void *bytes, size_t size)
{
	const unsigned char *in = bytes;
	size_t n = 0;

	assert(room >= 8);
	for (size_t i = 0; i < size; i++) {
		bool is_pair = in[i] == '\\' && i + 1 < size && is_printable(in[i + 1]);
		size_t plain = character_length(in + i, size - i);
		size_t length = is_pair ? 2 : plain > 0 ? plain : 3;
		/* Room for this one, and for "..." and the NUL after it. */
		if (n + length + 4 > room) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		if (!is_pair && plain == 0)
			snprintf(out + n, room - n, "\\%02X", in[i]);
		else
			memcpy(out + n, in + i, length);
		n += length;
		i += is_pair || plain > 0 ? length - 1 : 0;
	}
	out[n] = '\0';
	return out;
}

/* Returns the byte for which text_escape_dn() wrote the escape at `in`; -1 if it did not. */
static int
read_dn_escape(const char *in)
{
	char digits[3] = "";

	if (in[0] != '\\' || !isxdigit((unsigned char)in[1]) ||
	    !isxdigit((unsigned char)in[2]))
		return -1;
	memcpy(digits, in + 1, 2);
	int byte = (int)strtol(digits, NULL, 16);
	return is_printable((unsigned char)byte) ? -1 : byte;
}

char *
text_unescape_dn(const char *name, size_t *size)
{
	char *out = memory_new(strlen(name) + 1);
	size_t n = 0;

	while (*name != '\0') {
		int byte = read_dn_escape(name);
		if (byte >= 0) {
			out[n++] = (char)byte;
			name += 3;
			continue;
		}
		if (name[0] == '\\' && name[1] != '\0')
			out[n++] = *name++;
		out[n++] = *name++;
	}
	*size = n;
	return out;
}
