/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/reserve.h"
#include "suite.h"

#define LARGEST (1 << 20)

/* Takes all blocks of `size` and larger ones, hanging them up by their first bytes. Returns
 * how many there were. */
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

/* Gives them to the reserve, or to free(3). Returns how many were kept. */
static size_t
return_all(void *all)
{
	size_t count = 0;

	while (all != NULL) {
		void *block = all;
		memcpy(&all, block, sizeof all);
		if (reserve_keep(block))
			count++;
		else
			free(block);
	}
	return count;
}

START_TEST(nothing_can_be_taken_before_it_is_made)
{
	void *block = malloc(100);

	ck_assert_ptr_null(reserve_take(1));
	ck_assert(!reserve_keep(block));
	ck_assert(reserve_fill());
	free(block);
}
END_TEST

START_TEST(what_is_taken_is_as_large_as_was_asked)
{
	static const size_t sizes[] = { 0, 1, 256, 257, 4096, 4097, 20480, LARGEST };

	reserve_make(1);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		void *block = reserve_take(sizes[i]);
		ck_assert_ptr_nonnull(block);
		memset(block, 0xa5, sizes[i]);
		free(block);
	}
	ck_assert_ptr_null(reserve_take(LARGEST + 1));
	reserve_free();
}
END_TEST

START_TEST(it_ends_and_is_filled_again)
{
	void *all;

	reserve_make(1);
	size_t count = take_all(sizeof all, &all);
	ck_assert_uint_gt(count, 100);
	ck_assert(reserve_awaits(LARGEST));
	return_all(all);
	ck_assert(reserve_fill());
	ck_assert_uint_eq(take_all(sizeof all, &all), count);
	ck_assert_uint_eq(return_all(all), count);
	ck_assert(reserve_fill());
	reserve_free();
}
END_TEST

START_TEST(any_block_that_is_large_enough_stands_for_one_that_is_missing)
{
	reserve_make(1);
	free(reserve_take(LARGEST));
	void *small = malloc(LARGEST / 2), *large = malloc(2 * LARGEST);
	ck_assert(!reserve_keep(small));
	ck_assert(reserve_keep(large));
	ck_assert(!reserve_awaits(LARGEST));
	free(small);
	reserve_free();
}
END_TEST

START_TEST(more_threads_have_more)
{
	void *all;

	reserve_make(1);
	size_t one = take_all(sizeof all, &all);
	return_all(all);
	reserve_free();
	reserve_make(4);
	ck_assert_uint_gt(take_all(sizeof all, &all), 3 * one);
	return_all(all);
	reserve_free();
}
END_TEST

int
main(void)
{
	return SUITE_RUN("reserve", nothing_can_be_taken_before_it_is_made,
	    what_is_taken_is_as_large_as_was_asked, it_ends_and_is_filled_again,
	    any_block_that_is_large_enough_stands_for_one_that_is_missing,
	    more_threads_have_more);
}
