/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/wrap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

/* Returns the columns of the `length` bytes at `text`: one for each character of UTF-8, none for
 * the control sequences of colours. */
static size_t
columns_of(const char *text, size_t length)
{
	size_t columns = 0;
	bool controls = false;

	for (size_t i = 0; i < length; i++) {
		controls = controls || text[i] == '\033';
		columns += !controls && ((unsigned char)text[i] & 0xc0) != 0x80;
		controls = controls && text[i] != 'm';
	}
	return columns;
}

size_t
wrap_length(const char *text, size_t width)
{
	size_t fitting = 0, word = strspn(text, " ");

	while (text[word] != '\0') {
		size_t end = word + strcspn(text + word, " ");
		if (fitting > 0 && columns_of(text, end) > width)
			break;
		fitting = end;
		word = end + strspn(text + end, " ");
	}
	return fitting;
}

const char *
wrap_rest(const char *text, size_t length)
{
	return text + length + strspn(text + length, " ");
}

void
wrap_print(FILE *out, const char *text, size_t width, size_t hang)
{
	size_t length = wrap_length(text, width);

	fprintf(out, "%.*s\n", (int)length, text);
	while (*(text = wrap_rest(text, length)) != '\0') {
		length = wrap_length(text, width - hang);
		fprintf(out, "%*s%.*s\n", (int)hang, "", (int)length, text);
	}
}

void
wrap_format(FILE *out, size_t width, size_t hang, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	wrap_print(out, text, width, hang);
	free(text);
}
