/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a command line. */
#include "base/text/shellwords.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"

static const char blanks[] = " \t";
static const char shell_only[] = "|&;<>()$`*?[";

/* A word under construction. */
struct word {
	const char *next; /* the text to read next */
	char *text; /* as long as the whole line */
	size_t length;
	char *error;
	size_t room;
};

static void
add_letter(struct word *word, char letter)
{
	word->text[word->length++] = letter;
}

static int
miss_quote(struct word *word, char quote)
{
	snprintf(word->error, word->room, "a closing %c is missing", quote);
	return -1;
}

static int
refuse_syntax(struct word *word)
{
	snprintf(word->error, word->room,
	    "no shell reads this, so %c has no meaning: put it in single quotes, or "
	    "the "
	    "command into a script",
	    *word->next);
	return -1;
}

static int
take_single_quoted(struct word *word)
{
	while (*word->next != '\0' && *word->next != '\'')
		add_letter(word, *word->next++);
	if (*word->next == '\0')
		return miss_quote(word, '\'');
	word->next++;
	return 0;
}

/* In double quotes a backslash is literal, except before a character that would be special. */
static int
take_double_quoted(struct word *word)
{
	while (*word->next != '"') {
		if (*word->next == '\0')
			return miss_quote(word, '"');
		if (strchr("$`", *word->next) != NULL)
			return refuse_syntax(word);
		if (*word->next == '\\' && word->next[1] != '\0' &&
		    strchr("\\\"$`", word->next[1]) != NULL)
			word->next++;
		add_letter(word, *word->next++);
	}
	word->next++;
	return 0;
}

static int
take_escaped(struct word *word)
{
	if (*word->next == '\0') {
		snprintf(word->error, word->room,
		    "a \\ at the end escapes nothing: remove it");
		return -1;
	}
	add_letter(word, *word->next++);
	return 0;
}

/* Takes one letter, or everything in a pair of quotes. */
static int
take_part(struct word *word)
{
	char letter = *word->next;

	if (strchr(shell_only, letter) != NULL)
		return refuse_syntax(word);
	word->next++;
	switch (letter) {
	case '\'':
		return take_single_quoted(word);
	case '"':
		return take_double_quoted(word);
	case '\\':
		return take_escaped(word);
	default:
		add_letter(word, letter);
		return 0;
	}
}

static int
take_word(struct word *word)
{
	word->length = 0;
	while (*word->next != '\0' && strchr(blanks, *word->next) == NULL)
		if (take_part(word) < 0)
			return -1;
	return 0;
}

int
shellwords_split(const char *text, struct stringlist *words, char *error, size_t room)
{
	struct word word = {
		.next = text, .text = memory_copy(text), .error = error, .room = room
	};
	int result = 0;

	word.next += strspn(word.next, blanks);
	while (result == 0 && *word.next != '\0') {
		result = take_word(&word);
		if (result == 0)
			stringlist_add(words, word.text, word.length);
		word.next += strspn(word.next, blanks);
	}
	free(word.text);
	return result;
}
