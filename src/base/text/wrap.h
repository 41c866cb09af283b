/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_WRAP_H
#define TLSD_BASE_TEXT_WRAP_H

/* Breaks text into lines at its blanks. Pure functions except for the output. */

#include <stddef.h>
#include <stdio.h>

/*
 * Returns how many bytes of the UTF-8 `text` make a line of at most `width` columns: all of it,
 * or the words that fit without the blanks after them. A first word that is wider is not
 * broken. Blanks before the first word belong to it. The sequences of base/text/terminal.h take no
 * columns.
 */
size_t wrap_length(const char *text, size_t width);

/* Returns the rest of `text` after its first `length` bytes and the blanks after them. */
const char *wrap_rest(const char *text, size_t length);

/*
 * Prints `text` and a newline, in lines of at most `width` columns. Each line but the first
 * begins with `hang` blanks; `hang` is less than `width`.
 */
void wrap_print(FILE *out, const char *text, size_t width, size_t hang);

/* Does what wrap_print() does with what printf(3) would print. */
void wrap_format(FILE *out, size_t width, size_t hang, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
