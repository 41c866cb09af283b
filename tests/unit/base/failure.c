/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the remedies with tlsd(8), which has an item for each class in DIAGNOSTICS. */
#include "base/failure.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/suite.h"

static char *manual;

static void
read_manual(void)
{
	const char *folder = getenv("top_srcdir");
	char *path = memory_format("%s/src/tlsd.8", folder != NULL ? folder : ".");
	size_t size;

	ck_assert_msg(file_read(path, 1 << 20, &manual, &size) == 0, "%s", path);
	free(path);
}

/* True if the word is a macro of mdoc(7), such as "Ic". */
static bool
is_macro(const char *word)
{
	return strlen(word) == 2 && isupper((unsigned char)word[0]) &&
	       islower((unsigned char)word[1]);
}

static bool
is_punctuation(const char *word)
{
	return strlen(word) == 1 && strchr(".,:;", word[0]) != NULL;
}

/* Appends a macro line, ".Ic WORD ... .", to the text as mandoc(1) would show it. */
static void
append_macros(char **text, char *line)
{
	const bool in_brackets = strncmp(line, "Pq ", 3) == 0;
	const char *before = in_brackets ? " (" : " ";
	char *rest;

	if (strcmp(line, "Nm") == 0)
		memory_append(text, " tlsd");
	for (char *word = strtok_r(line, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		if (is_punctuation(word))
			memory_append(text, "%s%s", in_brackets ? ")" : "", word);
		else if (!is_macro(word)) {
			memory_append(text, "%s%s", before, word);
			before = " ";
		}
	}
}

/* Returns the text of the item "It NAME" in the manual, without its markup. The caller frees
 * it. */
static char *
find_item(const char *name)
{
	char *text = memory_copy("");

	read_manual();
	char *rest = strstr(manual, ".Sh DIAGNOSTICS");
	bool inside = false;

	ck_assert_ptr_nonnull(rest);
	for (char *line = strsep(&rest, "\n"); line != NULL;
	     line = strsep(&rest, "\n")) {
		if (strncmp(line, ".It ", 4) == 0 || strcmp(line, ".El") == 0)
			inside = line[1] == 'I' && strcmp(line + 4, name) == 0;
		else if (inside && line[0] == '.')
			append_macros(&text, line + 1);
		else if (inside)
			memory_append(&text, " %s", line);
	}
	free(manual);
	return text;
}

/* Fails unless the manual's item has each sentence of the remedy. */
static void
assert_documented(enum failure failure)
{
	char *item = find_item(failure_name(failure));
	char *remedy = memory_copy(failure_remedy(failure));

	for (char *sentence = remedy, *end; sentence != NULL; sentence = end) {
		end = strstr(sentence, ". ");
		if (end != NULL) {
			*end = '\0';
			end += 2;
		} else {
			ck_assert_int_eq(sentence[strlen(sentence) - 1], '.');
			sentence[strlen(sentence) - 1] = '\0';
		}
		ck_assert_msg(strstr(item, sentence) != NULL,
		    "%s: tlsd(8) does not say \"%s\", but \"%s\"",
		    failure_name(failure), sentence, item);
	}
	free(remedy);
	free(item);
}

START_TEST(the_manual_has_each_remedy)
{
	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++)
		assert_documented((enum failure)i);
	ck_assert_str_eq(failure_remedy(FAILURE_NONE), "");
}
END_TEST

SUITE("failure", the_manual_has_each_remedy)
