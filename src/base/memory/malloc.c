/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * malloc(3) and related functions for the whole process, libraries included: the C library's
 * own, which take from the reserve rather than fail. Programs that link this file get them, so
 * it is not in a library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory/reserve.h"
#include "base/memory/shortage.h"

#define PAUSE_MS 1
#define PAUSES 1000

/* The next ones in the link order: the C library's. */
static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	size_t (*usable_size)(void *);
	void (*free)(void *);
} next;

/* ISO C has no other conversion from dlsym()'s result to a function. */
static void
find_function(const char *name, void *function)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
}

/* False only while dlsym(3) itself asks for memory, which it can do without. The first call
 * comes before there are threads. */
static bool
is_ready(void)
{
	static bool is_finding;

	if (next.free != NULL)
		return true;
	if (is_finding)
		return false;
	is_finding = true;
	find_function("malloc", &next.malloc);
	find_function("calloc", &next.calloc);
	find_function("realloc", &next.realloc);
	find_function("malloc_usable_size", &next.usable_size);
	find_function("free", &next.free);
	return true;
}

/* Waits for a while until others have returned something, because for libraries a delay is
 * better than a failed allocation. */
static void *
take_reserve(size_t size)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int saved = errno;
	void *block = reserve_take(size);

	shortage_note();
	for (int i = 0; block == NULL && i < PAUSES && reserve_awaits(size); i++) {
		nanosleep(&pause, NULL);
		block = reserve_take(size);
	}
	errno = block != NULL ? saved : ENOMEM;
	return block;
}

void *
malloc(size_t size)
{
	if (!is_ready())
		return NULL;
	void *block = next.malloc(size);
	return block != NULL ? block : take_reserve(size);
}

void *
calloc(size_t count, size_t size)
{
	size_t total;

	if (!is_ready())
		return NULL;
	void *block = next.calloc(count, size);
	if (block != NULL || __builtin_mul_overflow(count, size, &total))
		return block;
	block = take_reserve(total);
	return block != NULL ? memset(block, 0, total) : NULL;
}

size_t
malloc_usable_size(void *block)
{
	if (reserve_owns(block))
		return reserve_size(block);
	return is_ready() ? next.usable_size(block) : 0;
}

void
free(void *block)
{
	int saved = errno;

	if (reserve_owns(block))
		reserve_return(block);
	else if (is_ready())
		next.free(block);
	errno = saved;
}

/* Moves the contents of `old` to a block of `size` bytes. */
static void *
move_block(void *old, size_t size)
{
	size_t had = malloc_usable_size(old);
	void *block = malloc(size);

	if (block == NULL)
		return NULL;
	memcpy(block, old, had < size ? had : size);
	free(old);
	return block;
}

void *
realloc(void *old, size_t size)
{
	if (!is_ready())
		return NULL;
	if (reserve_owns(old) && size == 0) {
		free(old);
		return NULL;
	}
	if (reserve_owns(old))
		return size <= reserve_size(old) ? old : move_block(old, size);
	void *block = next.realloc(old, size);
	if (block != NULL || size == 0)
		return block;
	return old != NULL ? move_block(old, size) : take_reserve(size);
}
