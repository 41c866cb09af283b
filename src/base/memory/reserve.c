/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory set aside. */
#include "base/memory/reserve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/*
 * A connection takes a hundred kilobytes, or one or two megabytes if the client has a large
 * certificate; a reload takes some, until it stops.
 */
#define SIZE ((size_t)16 << 20)
#define LOW (SIZE / 2) /* used */
#define LITTLE (SIZE / 4) /* used; long-lived blocks may be made in a shortage */
#define TRIAL ((size_t)64 << 10) /* bytes; malloc(3) does not map so few alone */
#define SMALLEST 6 /* a block has 1 << `rank` bytes, including its head */
#define LARGEST 22

/* The head of a block, before its bytes; a free block is on its shelf. */
struct block {
	_Alignas(max_align_t) struct block *next;
	unsigned rank;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char *memory; /* set once */
static size_t fresh; /* offset of the part that was never taken */
static struct block *shelves[LARGEST + 1]; /* returned blocks, by rank */
static _Atomic(size_t) used; /* bytes */
/* Keeps malloc(3) from taking from here. Volatile, because compilers assume that malloc(3) does
 * not read it. */
static _Thread_local volatile bool is_trying;

void
reserve_make(void)
{
	void *pages = mmap(
	    NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages != MAP_FAILED)
		memory = pages;
}

static unsigned
rank_for(size_t size)
{
	unsigned rank = SMALLEST;

	while ((size_t)1 << rank < size + sizeof(struct block))
		rank++;
	return rank;
}

static struct block *
take_returned(unsigned rank)
{
	struct block *block = shelves[rank];

	if (block != NULL)
		shelves[rank] = block->next;
	return block;
}

static struct block *
take_fresh(unsigned rank)
{
	size_t size = (size_t)1 << rank;

	if (size > SIZE - fresh)
		return NULL;
	struct block *block = (struct block *)(void *)(memory + fresh);
	fresh += size;
	block->rank = rank;
	return block;
}

bool
reserve_awaits(size_t size)
{
	return memory != NULL && !is_trying &&
	       size <= ((size_t)1 << LARGEST) - sizeof(struct block);
}

void *
reserve_take(size_t size)
{
	if (!reserve_awaits(size))
		return NULL;
	unsigned rank = rank_for(size);
	pthread_mutex_lock(&mutex);
	struct block *block = take_returned(rank);
	if (block == NULL)
		block = take_fresh(rank);
	if (block != NULL)
		atomic_fetch_add(&used, (size_t)1 << rank);
	pthread_mutex_unlock(&mutex);
	return block != NULL ? block + 1 : NULL;
}

bool
reserve_owns(const void *block)
{
	return memory != NULL && (uintptr_t)block - (uintptr_t)memory < SIZE;
}

static struct block *
head_of(const void *bytes)
{
	return (struct block *)(uintptr_t)bytes - 1;
}

size_t
reserve_size(const void *block)
{
	return ((size_t)1 << head_of(block)->rank) - sizeof(struct block);
}

/* Resets the reserve once it is unused. */
static void
start_anew(void)
{
	fresh = 0;
	for (unsigned rank = 0; rank <= LARGEST; rank++)
		shelves[rank] = NULL;
	madvise(memory, SIZE, MADV_DONTNEED);
}

void
reserve_return(void *bytes)
{
	struct block *block = head_of(bytes);

	pthread_mutex_lock(&mutex);
	block->next = shelves[block->rank];
	shelves[block->rank] = block;
	size_t size = (size_t)1 << block->rank;
	if (atomic_fetch_sub(&used, size) == size)
		start_anew();
	pthread_mutex_unlock(&mutex);
}

bool
reserve_is_low(void)
{
	return atomic_load(&used) > LOW;
}

bool
reserve_is_ready(void)
{
	if (atomic_load_explicit(&used, memory_order_relaxed) == 0)
		return true;
	if (atomic_load(&used) > LITTLE)
		return false;
	is_trying = true;
	void *volatile trial = malloc(TRIAL); /* not to be optimized out */
	free(trial);
	is_trying = false;
	return trial != NULL;
}
