/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_SHELLWORDS_H
#define TLSD_BASE_TEXT_SHELLWORDS_H

/*
 * Splits a command line into words by the quoting rules of the shell (POSIX 2.2: backslash,
 * single and double quotes), without a shell. Pure functions.
 */

#include <stddef.h>

struct stringlist;

/*
 * Adds the words of `text` to `words`. Other shell syntax, such as a pipe, a variable or a
 * pattern, is an error unless it is quoted. Returns 0, or -1 with the problem and its remedy in
 * `error`, a text of `room` bytes; then `words` may have grown.
 */
int shellwords_split(
    const char *text, struct stringlist *words, char *error, size_t room);

#endif
