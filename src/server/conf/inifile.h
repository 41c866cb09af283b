/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_INIFILE_H
#define TLSD_SERVER_CONF_INIFILE_H

/*
 * The syntax of ini files, by inih: headings, keys with values, comments. A value is one line,
 * which may be of any length and have semicolons. Main thread.
 */

#include <stddef.h>

struct findings;

/* Gets the parts of a file, with the numbers of their lines. */
struct inifile_reader {
	/* A line that begins with "[", after its indentation. */
	void (*take_heading)(void *context, int line, const char *text);

	/* A key and its value, which is NULL if the line has no "=". */
	void (*take_key)(void *context, int line, const char *name, const char *value);

	void *context;
};

/* Reads `size` bytes at `data`, the content of `file`. Adds an error for each problem that makes
 * the whole file unusable. */
void inifile_read(const char *file, const char *data, size_t size,
    const struct inifile_reader *reader, struct findings *findings);

#endif
