/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_LOOKALIKE_H
#define TLSD_BASE_TEXT_LOOKALIKE_H

/*
 * Characters that look like the ASCII characters that a configuration needs, and come from word
 * processors, web pages and input methods. Pure functions.
 */

enum lookalike_kind {
	LOOKALIKE_BLANK = 1, /* no-break and other blanks, and invisible characters */
	LOOKALIKE_QUOTE = 2, /* typographic quotes */
	LOOKALIKE_COMMA = 4,
	LOOKALIKE_APOSTROPHE = 8, /* typographic quotes that also occur in names */
	LOOKALIKE_OTHER = 16, /* dashes, joiners and full-width characters */
	LOOKALIKE_ANY = 31
};

/*
 * Returns the first such character of `kinds` in the UTF-8 of `text`, as "a no-break space
 * (U+00A0): write a space", which the caller frees; or NULL if there is none.
 */
char *lookalike_find(const char *text, unsigned kinds);

/* Does what lookalike_find() does for the text outside of the double quotes of a list. */
char *lookalike_find_bare(const char *text, unsigned kinds);

#endif
