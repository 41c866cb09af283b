/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_STRINGLIST_H
#define TLSD_BASE_TEXT_STRINGLIST_H

/* A list of strings that it owns, in the order of addition. One thread at a time. */

#include <stdbool.h>
#include <stddef.h>

struct stringlist {
	char **items;
	size_t count;
};

/* Makes an empty list in the caller's storage; all-zero storage is an empty list too. */
void stringlist_init(struct stringlist *list);
void stringlist_fini(struct stringlist *list);

/* Adds a copy of the `length` bytes at `text`, which contain no NUL. */
void stringlist_add(struct stringlist *list, const char *text, size_t length);

/* Adds what printf(3) would print. */
void stringlist_format(struct stringlist *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds the items of `text`, which commas separate, without the white space around them. An
 * item in double quotes is taken as it is, with \" for a quote and \\ for a backslash; other
 * items cannot hold quotes. Empty items are skipped, but an error in quotes. Returns NULL, or
 * a constant "PROBLEM: REMEDY" for the first wrong item; then the items before it are added.
 */
const char *stringlist_split(struct stringlist *list, const char *text);

/*
 * Returns the list in the form that stringlist_split() reads. Items have quotes around them if
 * they are not all printable ASCII, have a comma or a quote, or begin or end with a blank. The
 * caller frees the text.
 */
char *stringlist_join(const struct stringlist *list);

void stringlist_copy(struct stringlist *to, const struct stringlist *from);
bool stringlist_has(const struct stringlist *list, const char *text);

/* Removes the first item that equals `text`. Returns true if there was one. */
bool stringlist_remove(struct stringlist *list, const char *text);

/* True if both have the same items in the same order. */
bool stringlist_equal(const struct stringlist *a, const struct stringlist *b);

#endif
