/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_COMMANDLINE_H
#define TLSD_BASE_COMMANDLINE_H

/*
 * A command line cut into words by the quoting rules of the shell (POSIX 2.2: backslash,
 * single and double quotes), without a shell. Pure functions.
 */

#include <stddef.h>

struct stringlist;

/*
 * Adds the words of `text` to `words`. What a shell would do more with, such as a pipe, a
 * variable or a pattern, is an error unless it is quoted. Returns 0, or -1 with `error`, a text
 * of `room` bytes that says what is wrong and what would be right; then `words` may have grown.
 */
int commandline_split(
    const char *text, struct stringlist *words, char *error, size_t room);

#endif
