/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in HTML. */
#include "base/text/html.h"

#include <stdint.h>
#include <string.h>

#include "base/text/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Returns the reference for a character that has a meaning in HTML, or NULL. */
static const char *
find_reference(uint32_t character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;"; /* HTML 4 does not have &apos; */
	default:
		return NULL;
	}
}

void
html_print(FILE *out, const char *text)
{
	size_t left = strlen(text), length;

	for (; left > 0; text += length, left -= length) {
		uint32_t character = 0;
		size_t read = utf8_read((const unsigned char *)text, left, &character);
		const char *reference = find_reference(character);

		length = read > 0 ? read : 1;
		if (read == 0 || !utf8_is_printable(character))
			fputs(REPLACEMENT, out);
		else if (reference != NULL)
			fputs(reference, out);
		else
			fwrite(text, 1, length, out);
	}
}
