/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/reserve.h"
#include "lib/suite.h"

#define THREADS 4
#define ROUNDS 20000

/* Takes all blocks of `size`, linked by their first bytes. Returns their number. */
static size_t
take_all(size_t size, void **all)
{
	size_t count = 0;
	void *block;

	*all = NULL;
	for (; (block = reserve_take(size)) != NULL; count++) {
		memset(block, 0xa5, size);
		memcpy(block, all, sizeof *all);
		*all = block;
	}
	return count;
}

static void
return_all(void *all)
{
	while (all != NULL) {
		void *block = all;
		memcpy(&all, block, sizeof all);
		reserve_return(block);
	}
}

/* Allows one assertion for all bytes, because each assertion costs a system call. */
static bool
is_filled(const unsigned char *bytes, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

START_TEST(empty_reserve_returns_no_block)
{
	ck_assert_ptr_null(reserve_take(1));
	ck_assert(!reserve_awaits(1));
	ck_assert(!reserve_owns(NULL));
	ck_assert(reserve_is_ready());
}
END_TEST

START_TEST(reserve_returns_blocks_of_the_requested_size)
{
	static const size_t sizes[] = { 0, 1, 48, 49, 4096, 20480, 1 << 20, 3 << 20 };
	void *blocks[sizeof sizes / sizeof sizes[0]];

	reserve_make();
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		blocks[i] = reserve_take(sizes[i]);
		ck_assert_ptr_nonnull(blocks[i]);
		ck_assert(reserve_owns(blocks[i]));
		ck_assert_uint_eq((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
		ck_assert_uint_ge(reserve_size(blocks[i]), sizes[i]);
		memset(blocks[i], (int)i, reserve_size(blocks[i]));
	}
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		ck_assert(is_filled(blocks[i], (int)i, reserve_size(blocks[i])));
		reserve_return(blocks[i]);
	}
}
END_TEST

START_TEST(reserve_does_not_await_too_large_a_block)
{
	reserve_make();
	ck_assert_ptr_null(reserve_take(1 << 22));
	ck_assert(!reserve_awaits(1 << 22));
	ck_assert_ptr_null(reserve_take(SIZE_MAX));
	ck_assert(!reserve_awaits(SIZE_MAX));
}
END_TEST

START_TEST(reserve_does_not_own_foreign_memory)
{
	void *other = malloc(1);
	int here;

	reserve_make();
	ck_assert(!reserve_owns(NULL));
	ck_assert(!reserve_owns(other));
	ck_assert(!reserve_owns(&here));
	free(other);
}
END_TEST

START_TEST(reserve_is_complete_after_all_sizes_are_returned)
{
	static const size_t sizes[] = { 100, 5000, 1 << 20, 16 };
	size_t counts[sizeof sizes / sizeof sizes[0]];
	void *all;

	reserve_make();
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			size_t count = take_all(sizes[i], &all);
			ck_assert(reserve_awaits(sizes[i]));
			return_all(all);
			ck_assert_uint_gt(count, 0);
			if (round > 0)
				ck_assert_uint_eq(count, counts[i]);
			counts[i] = count;
		}
}
END_TEST

START_TEST(returned_blocks_are_reused)
{
	void *kept, *all;

	reserve_make();
	kept = reserve_take(1);
	size_t count = take_all(1000, &all);
	ck_assert_ptr_null(reserve_take(1000));
	return_all(all);
	ck_assert_uint_eq(take_all(1000, &all), count);
	return_all(all);
	reserve_return(kept);
}
END_TEST

START_TEST(reserve_is_low_when_half_of_it_is_used)
{
	void *all;

	reserve_make();
	void *block = reserve_take(1 << 20);
	ck_assert(!reserve_is_low());
	ck_assert(reserve_is_ready()); /* little is used, and malloc(3) works */
	take_all(1 << 20, &all);
	ck_assert(reserve_is_low());
	ck_assert(!reserve_is_ready());
	return_all(all);
	ck_assert(!reserve_is_low());
	ck_assert(reserve_is_ready());
	reserve_return(block);
}
END_TEST

/* In this program, malloc(3) and related functions are tlsd's own. */
START_TEST(a_block_resized_to_nothing_is_returned)
{
	volatile size_t nothing = 0; /* volatile: avoids a compiler warning */

	if (SUITE_IS_SANITIZED) {
		fputs("SKIPPED: sanitizers bring their own malloc(3)\n", stderr);
		return;
	}
	reserve_make();
	for (int i = 0; i < 100; i++) { /* more than the reserve has */
		void *block = reserve_take(1 << 20);
		ck_assert_ptr_nonnull(block);
		ck_assert_ptr_null(realloc(block, nothing));
	}
	ck_assert(reserve_is_ready());
}
END_TEST

/* Takes and returns blocks. No other thread may write to them meanwhile. */
static void *
use(void *argument)
{
	unsigned char mark = (unsigned char)(uintptr_t)argument;

	for (size_t i = 0; i < ROUNDS; i++) {
		size_t size = 1 + i % 300;
		unsigned char *block = reserve_take(size);
		ck_assert_ptr_nonnull(block);
		memset(block, mark, size);
		ck_assert(is_filled(block, mark, size));
		reserve_return(block);
	}
	return NULL;
}

START_TEST(threads_never_share_a_block)
{
	pthread_t threads[THREADS];

	reserve_make();
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, use, (void *)(i + 1)), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert(reserve_is_ready());
}
END_TEST

SUITE("reserve", empty_reserve_returns_no_block,
    reserve_returns_blocks_of_the_requested_size,
    reserve_does_not_await_too_large_a_block, reserve_does_not_own_foreign_memory,
    reserve_is_complete_after_all_sizes_are_returned, returned_blocks_are_reused,
    reserve_is_low_when_half_of_it_is_used, a_block_resized_to_nothing_is_returned,
    threads_never_share_a_block)
