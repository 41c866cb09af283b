/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_RESEMBLANCE_H
#define TLSD_BASE_TEXT_RESEMBLANCE_H

/* How much two names resemble each other, for "did you mean". Pure functions. */

#include <stdbool.h>
#include <stddef.h>

/* For 48 letters: every key and cipher suite is shorter. */
#define RESEMBLANCE_LETTERS_SIZE 49

/* Writes `name` in lower case, without hyphens and underscores. Returns false if it is too long. */
bool resemblance_letters(const char *name, char out[RESEMBLANCE_LETTERS_SIZE]);

/*
 * Returns in how many letters `name` differs from `other`: changed, added or taken away. Case,
 * hyphens and underscores do not matter. Returns SIZE_MAX if more than a third of the letters
 * of `name` differ, because then they are two words.
 */
size_t resemblance_distance(const char *name, const char *other);

/* The search for the name that a user meant by `word`. */
struct resemblance {
	const char *word;
	const char *nearest; /* NULL if no name resembles it */
	size_t distance; /* of `nearest` */
};

/* Begins a search: no name has been seen. */
struct resemblance resemblance_to(const char *word);

/* Keeps `name` in `nearest` if it is nearer to the word than the names before it. */
void resemblance_try(struct resemblance *resemblance, const char *name);

/* Does what resemblance_try() does, but compares `form`, another form of the name. */
void resemblance_try_form(
    struct resemblance *resemblance, const char *name, const char *form);

#endif
