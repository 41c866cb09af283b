/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SHORTAGE_H
#define TLSD_TESTS_SHORTAGE_H

/*
 * A shortage of memory that a test orders in another process: shortage.so, loaded into it
 * before everything else, counts what it and its libraries allocate, and lets allocations
 * fail. Both share this page; the file behind it is named by SHORTAGE_VARIABLE.
 */

#include <stdatomic.h>

#define SHORTAGE_VARIABLE "TLSD_TEST_SHORTAGE"

struct shortage {
	_Atomic(long) first; /* the number of the allocation that fails; 0: none */
	_Atomic(long) last; /* the last one that fails */
	_Atomic(long) count; /* allocations since the test set it to 0 */
	_Atomic(long) failed; /* of these, those that failed */
	_Atomic(long) blocks; /* allocated and not freed */
	char where[128]; /* who asked for the first that failed */
};

#endif
