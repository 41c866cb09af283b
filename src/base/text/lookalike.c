/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characters that look like ASCII characters. */
#include "base/text/lookalike.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/utf8.h"

struct row {
	uint32_t first, last;
	enum lookalike_kind kind;
	const char *name;
	const char *remedy;
};

static const struct row rows[] = {
	{ 0x00a0, 0x00a0, LOOKALIKE_BLANK, "a no-break space", "write a space" },
	{ 0x00ab, 0x00ab, LOOKALIKE_QUOTE, "a typographic quote", "write \"" },
	{ 0x00ad, 0x00ad, LOOKALIKE_BLANK, "an invisible character", "delete it" },
	{ 0x00bb, 0x00bb, LOOKALIKE_QUOTE, "a typographic quote", "write \"" },
	{ 0x2000, 0x200a, LOOKALIKE_BLANK, "an unusual space", "write a space" },
	{ 0x200b, 0x200b, LOOKALIKE_BLANK, "an invisible character", "delete it" },
	{ 0x200c, 0x200d, LOOKALIKE_OTHER, "an invisible character", "delete it" },
	{ 0x200e, 0x200f, LOOKALIKE_BLANK, "an invisible character", "delete it" },
	{ 0x2010, 0x2015, LOOKALIKE_OTHER, "a typographic dash", "write -" },
	{ 0x2018, 0x201b, LOOKALIKE_APOSTROPHE, "a typographic quote", "write '" },
	{ 0x201c, 0x201f, LOOKALIKE_QUOTE, "a typographic quote", "write \"" },
	{ 0x2028, 0x202e, LOOKALIKE_BLANK, "an invisible character", "delete it" },
	{ 0x202f, 0x202f, LOOKALIKE_BLANK, "a no-break space", "write a space" },
	{ 0x205f, 0x205f, LOOKALIKE_BLANK, "an unusual space", "write a space" },
	{ 0x2060, 0x2060, LOOKALIKE_BLANK, "an invisible character", "delete it" },
	{ 0x2212, 0x2212, LOOKALIKE_OTHER, "a minus sign", "write -" },
	{ 0x3000, 0x3000, LOOKALIKE_BLANK, "a full-width space", "write a space" },
	{ 0x3001, 0x3001, LOOKALIKE_COMMA, "an ideographic comma", "write ," },
	{ 0xfeff, 0xfeff, LOOKALIKE_BLANK, "a byte order mark", "delete it" },
	{ 0xff02, 0xff02, LOOKALIKE_QUOTE, "a full-width quote", "write \"" },
	{ 0xff0c, 0xff0c, LOOKALIKE_COMMA, "a full-width comma", "write ," },
	{ 0xff01, 0xff5e, LOOKALIKE_OTHER, "a full-width character",
	    "write its ASCII form" },
};

static const struct row *
find_row(uint32_t character, unsigned kinds)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (character >= rows[i].first && character <= rows[i].last)
			return (rows[i].kind & kinds) != 0 ? &rows[i] : NULL;
	return NULL;
}

/* Returns the description of a lookalike at `text`, or NULL. */
static char *
describe_lookalike(const char *text, unsigned kinds)
{
	uint32_t character;
	size_t length =
	    utf8_read((const unsigned char *)text, strlen(text), &character);
	const struct row *row = length > 1 ? find_row(character, kinds) : NULL;

	return row != NULL ? memory_format("%s (U+%04X): %s", row->name,
				 (unsigned)character, row->remedy)
	                   : NULL;
}

char *
lookalike_find(const char *text, unsigned kinds)
{
	char *found = NULL;

	for (; *text != '\0' && found == NULL; text++)
		found = describe_lookalike(text, kinds);
	return found;
}

char *
lookalike_find_bare(const char *text, unsigned kinds)
{
	char *found = NULL;
	bool quoted = false;

	for (; *text != '\0' && found == NULL; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (quoted && *text == '\\' && text[1] != '\0')
			text++;
		else if (!quoted)
			found = describe_lookalike(text, kinds);
	}
	return found;
}
