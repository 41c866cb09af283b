/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory set aside. */
#include "base/reserve.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/sync.h"

/* By its first bytes a block hangs on its shelf. */
struct block {
	struct block *next;
};

/* A connection has about 40 small blocks, and 190 more for each certificate of its client;
 * 15 of up to a page, and 8 for records. A reload may need two large ones until it stops. */
static struct shelf {
	const size_t size, per_thread, extra;
	size_t wanted, count;
	struct block *blocks;
} shelves[] = {
	{ .size = 256, .per_thread = 256 },
	{ .size = 4096, .per_thread = 16 },
	{ .size = 20480, .per_thread = 8 },
	{ .size = 1 << 20, .extra = 2 },
};

enum { SHELVES = sizeof shelves / sizeof shelves[0] };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(size_t) missing; /* blocks; so that nobody need look for gaps */
static _Thread_local bool is_filling; /* malloc(3) is not to take them from here */

static void
put(struct shelf *shelf, void *memory)
{
	struct block *block = memory;

	block->next = shelf->blocks;
	shelf->blocks = block;
	shelf->count++;
	atomic_fetch_sub(&missing, 1);
}

static void
fill_shelf(struct shelf *shelf)
{
	while (shelf->count < shelf->wanted) {
		void *block = malloc(shelf->size);
		if (block == NULL)
			return;
		put(shelf, block);
	}
}

void
reserve_make(size_t threads)
{
	for (size_t i = 0; i < SHELVES; i++) {
		shelves[i].wanted = threads * shelves[i].per_thread + shelves[i].extra;
		atomic_fetch_add(&missing, shelves[i].wanted);
	}
	reserve_fill();
}

bool
reserve_fill(void)
{
	if (atomic_load(&missing) == 0)
		return true;
	sync_lock(&mutex);
	is_filling = true;
	for (size_t i = 0; i < SHELVES; i++)
		fill_shelf(&shelves[i]);
	is_filling = false;
	sync_unlock(&mutex);
	return atomic_load(&missing) == 0;
}

void *
reserve_take(size_t size)
{
	struct block *block = NULL;

	if (is_filling)
		return NULL;
	sync_lock(&mutex);
	for (size_t i = 0; i < SHELVES && block == NULL; i++) {
		if (shelves[i].size < size || shelves[i].blocks == NULL)
			continue;
		block = shelves[i].blocks;
		shelves[i].blocks = block->next;
		shelves[i].count--;
		atomic_fetch_add(&missing, 1);
	}
	sync_unlock(&mutex);
	return block;
}

bool
reserve_awaits(size_t size)
{
	return !is_filling && atomic_load(&missing) > 0 &&
	       size <= shelves[SHELVES - 1].size;
}

/* The shelf where a block is missing for which one of `size` bytes can stand. */
static struct shelf *
find_gap(size_t size)
{
	for (size_t i = SHELVES; i-- > 0;)
		if (shelves[i].size <= size && shelves[i].count < shelves[i].wanted)
			return &shelves[i];
	return NULL;
}

bool
reserve_keep(void *block)
{
	if (block == NULL || atomic_load_explicit(&missing, memory_order_relaxed) == 0)
		return false;
	sync_lock(&mutex);
	struct shelf *shelf = find_gap(malloc_usable_size(block));
	if (shelf != NULL)
		put(shelf, block);
	sync_unlock(&mutex);
	return shelf != NULL;
}

void
reserve_free(void)
{
	atomic_store(&missing, 0);
	for (size_t i = 0; i < SHELVES; i++) {
		struct block *block = shelves[i].blocks;
		while (block != NULL) {
			struct block *next = block->next;
			free(block);
			block = next;
		}
		shelves[i].blocks = NULL;
		shelves[i].count = shelves[i].wanted = 0;
	}
}
