/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SHORTAGE_H
#define TLSD_TESTS_SHORTAGE_H

/*
 * What a test lets another process run out of: shortage.so, loaded into it before everything
 * else, counts what it and its libraries allocate, and lets allocations fail; and so with
 * threads and accept4(2). It can put the monotonic clock ahead. Both share this page; the file
 * behind it is named by SHORTAGE_VARIABLE.
 *
 * What fails is taken from the reserve (base/reserve.h), so that tlsd sees little of it. Where it
 * is `bare`, nothing is set aside; then only what tlsd's own code asks for counts and can fail,
 * for libraries do not survive that, and so does what epoll_ctl(2) takes for a descriptor more.
 */

#include <stdatomic.h>
#include <stdbool.h>

#define SHORTAGE_VARIABLE "TLSD_TEST_SHORTAGE"

struct shortage {
	_Atomic(long) first; /* the number of the allocation that fails; 0: none */
	_Atomic(long) last; /* the last one that fails */
	_Atomic(long) count; /* allocations since the test set it to 0 */
	_Atomic(long) failed; /* of these, those that failed */
	_Atomic(long) blocks; /* allocated and not freed */
	char where[128]; /* who asked for the first that failed */
	_Atomic(bool) bare;
	_Atomic(long) to_read; /* descriptors that epoll_ctl(2) was given for that */
	_Atomic(long) to_write;
	_Atomic(long) thread; /* the number of the thread that fails; 0: none */
	_Atomic(long) started; /* threads that were asked for */
	_Atomic(long) running; /* threads that were made, and not joined */
	_Atomic(int) accept_error; /* the errno of accept4(2); 0: it works */
	_Atomic(long) refused; /* its calls that failed by that */
	_Atomic(long) ahead_s; /* seconds of the monotonic clock, from now on */
};

#endif
