/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Escapes, numbers, durations and sizes of arbitrary text; escaped bytes unescape to the same. */
#include "base/text/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "fuzz.h"

/* The escaped text must be printable ASCII, and unescape to the same bytes. */
static void
escape_and_back(const uint8_t *data, size_t size)
{
	size_t room = 4 * size + 8, back_size;
	char *escaped = memory_new(room);
	const char *wrong;

	text_escape(escaped, room, data, size);
	for (const char *c = escaped; *c != '\0'; c++)
		FUZZ_EXPECT(*c >= ' ' && *c <= '~');
	char *back = text_unescape(escaped, &back_size, &wrong);
	FUZZ_EXPECT(back != NULL && back_size == size);
	FUZZ_EXPECT(memcmp(back, data, size) == 0);
	free(back);
	free(escaped);
}

/* A buffer that is too small must not be overrun. */
static void
escape_into_little(const uint8_t *data, size_t size)
{
	size_t room = 8 + (size > 0 ? data[0] : 0);
	char *escaped = memory_new(room);

	text_escape(escaped, room, data, size);
	FUZZ_EXPECT(strnlen(escaped, room) < room);
	free(escaped);
}

static void
unescape(const char *text)
{
	const char *wrong = NULL;
	size_t size;
	char *bytes = text_unescape(text, &size, &wrong);

	if (bytes == NULL)
		FUZZ_EXPECT(wrong >= text && *wrong == '\\');
	else
		FUZZ_EXPECT(size <= strlen(text) && bytes[size] == '\0');
	free(bytes);
}

static void
read_values(const char *text)
{
	int64_t value;
	bool yes;

	if (text_parse_number(text, -5, 70000, &value) == 0)
		FUZZ_EXPECT(value >= -5 && value <= 70000);
	if (text_parse_duration(text, &value) == 0)
		FUZZ_EXPECT(value >= 0);
	if (text_parse_size(text, &value) == 0)
		FUZZ_EXPECT(value >= 0);
	text_parse_bool(text, &yes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	escape_and_back(data, size);
	escape_into_little(data, size);
	unescape(text);
	read_values(text);
	free(text);
	return 0;
}
