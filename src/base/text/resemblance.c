/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that resemble each other. */
#include "base/text/resemblance.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

bool
resemblance_letters(const char *name, char out[RESEMBLANCE_LETTERS_SIZE])
{
	size_t count = 0;

	for (; *name != '\0'; name++) {
		if (*name == '-' || *name == '_')
			continue;
		if (count == RESEMBLANCE_LETTERS_SIZE - 1)
			return false;
		out[count++] = (char)tolower((unsigned char)*name);
	}
	out[count] = '\0';
	return true;
}

/* Levenshtein's distance, row by row. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t columns = strlen(b) + 1;
	size_t row[RESEMBLANCE_LETTERS_SIZE];

	for (size_t j = 0; j < columns; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j < columns; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[columns - 1];
}

size_t
resemblance_distance(const char *name, const char *other)
{
	char a[RESEMBLANCE_LETTERS_SIZE] = "", b[RESEMBLANCE_LETTERS_SIZE] = "";

	if (!resemblance_letters(name, a) || !resemblance_letters(other, b))
		return SIZE_MAX;
	size_t distance = edit_distance(a, b);
	return distance * 3 <= strlen(a) ? distance : SIZE_MAX;
}

struct resemblance
resemblance_to(const char *word)
{
	return (struct resemblance){ .word = word, .distance = SIZE_MAX };
}

void
resemblance_try(struct resemblance *resemblance, const char *name)
{
	resemblance_try_form(resemblance, name, name);
}

void
resemblance_try_form(
    struct resemblance *resemblance, const char *name, const char *form)
{
	size_t distance = resemblance_distance(resemblance->word, form);

	if (distance < resemblance->distance) {
		resemblance->distance = distance;
		resemblance->nearest = name;
	}
}
