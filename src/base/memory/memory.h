/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_MEMORY_MEMORY_H
#define TLSD_BASE_MEMORY_MEMORY_H

/*
 * Memory for start-up, reloads and the tools, which cannot continue without it: these functions
 * abort with a message instead of returning NULL. Code for a connection uses malloc(3) and
 * gives up only that connection. Thread-safe.
 */

#include <stdarg.h>
#include <stddef.h>

/* Returns `size` zeroed bytes; the caller frees them. */
void *memory_new(size_t size);

/* Does what realloc(3) does, but does not fail. */
void *memory_resize(void *old, size_t size);

/* Returns a copy of the string `text`; the caller frees it. */
char *memory_copy(const char *text);

/* Return a formatted string; the caller frees it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *memory_vformat(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

/* Appends what printf(3) would print to `*text`, which may be NULL. Frees the old text. */
void memory_append(char **text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Returns memory whose pages can be given back while it stays allocated, for buffers that are
 * rarely in use. free(3) frees it. NULL when memory is exhausted.
 */
void *memory_pages(size_t size);

/* Gives back the pages of all `size` bytes; their contents are lost. */
void memory_rest(void *pages, size_t size);

/* Overwrites `size` bytes with zeros in a way that the compiler keeps. */
void memory_wipe(void *secret, size_t size);

#endif
