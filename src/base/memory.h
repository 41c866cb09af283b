/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_MEMORY_H
#define TLSD_BASE_MEMORY_H

/*
 * Memory for start-up, reloads and the tools, where running on without it is pointless:
 * these functions abort with a message instead of returning NULL. A connection's own path
 * uses malloc(3) and gives up that connection only. Safe in any thread.
 */

#include <stdarg.h>
#include <stddef.h>

/* `size` zeroed bytes; the caller frees them. */
void *memory_new(size_t size);

/* realloc(3) that does not fail. */
void *memory_resize(void *old, size_t size);

/* A copy of the string `text`; the caller frees it. */
char *memory_copy(const char *text);

/* A formatted string; the caller frees it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *memory_vformat(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

/* Makes `*text`, which may be NULL, longer by what printf(3) would print. Frees what it was. */
void memory_append(char **text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Memory whose pages can be given back while it stays allocated, for buffers that are rarely in
 * use. free(3) frees it. NULL when memory is exhausted.
 */
void *memory_pages(size_t size);

/* Gives back the pages of all `size` bytes; their contents are lost. */
void memory_rest(void *pages, size_t size);

/* Overwrites `size` bytes with zeros in a way that the compiler keeps. */
void memory_wipe(void *secret, size_t size);

#endif
