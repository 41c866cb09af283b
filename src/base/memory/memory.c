/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation that aborts rather than fails, for code that cannot continue without it. */
#include "base/memory/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory/shortage.h"

static void *
abort_if_null(void *memory)
{
	if (memory != NULL)
		return memory;
	fputs("tlsd: out of memory\n", stderr);
	abort();
}

void *
memory_new(size_t size)
{
	return abort_if_null(calloc(1, size > 0 ? size : 1));
}

void *
memory_resize(void *old, size_t size)
{
	return abort_if_null(realloc(old, size > 0 ? size : 1));
}

char *
memory_copy(const char *text)
{
	return abort_if_null(strdup(text));
}

char *
memory_vformat(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	return abort_if_null(text);
}

char *
memory_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	return text;
}

void
memory_append(char **text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *end = memory_vformat(format, args);
	va_end(args);
	char *longer = memory_format("%s%s", *text != NULL ? *text : "", end);
	free(end);
	free(*text);
	*text = longer;
}

static size_t
whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

void *
memory_pages(size_t size)
{
	void *pages = aligned_alloc((size_t)sysconf(_SC_PAGESIZE), whole_pages(size));

	if (pages == NULL)
		shortage_note();
	return pages;
}

void
memory_rest(void *pages, size_t size)
{
	madvise(pages, whole_pages(size), MADV_DONTNEED);
}

void
memory_wipe(void *secret, size_t size)
{
	if (secret != NULL)
		explicit_bzero(secret, size);
}
