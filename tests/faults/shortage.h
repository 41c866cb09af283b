/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SHORTAGE_H
#define TLSD_TESTS_SHORTAGE_H

/*
 * Lets a test limit the resources of another process. shortage.so is preloaded there:
 * it counts the allocations of the process and its libraries and lets some fail. It can
 * also let threads and accept4(2) fail, and advance the monotonic clock. Both processes
 * share this page; SHORTAGE_VARIABLE names its file.
 *
 * Failed allocations are served from the reserve (base/memory/reserve.h), so tlsd notices
 * little. With `bare` tlsd gets no reserve. Then only allocations of tlsd's own code
 * are counted and can fail, because libraries do not survive that. The memory that
 * epoll_ctl(2) needs for another descriptor counts as well.
 */

#include <stdatomic.h>
#include <stdbool.h>

#define SHORTAGE_VARIABLE "TLSD_TEST_SHORTAGE"

struct shortage {
	_Atomic(long) first; /* number of the first allocation that fails; 0: none */
	_Atomic(long) last; /* number of the last one that fails */
	_Atomic(long) count; /* allocations since the test set it to 0 */
	_Atomic(long) failed; /* of these, how many failed */
	_Atomic(long) blocks; /* blocks allocated and not freed */
	char where[128]; /* the caller of the first one that failed */
	_Atomic(bool) bare;
	_Atomic(long) to_read; /* descriptors given to epoll_ctl(2) for reading */
	_Atomic(long) to_write;
	_Atomic(long) thread; /* number of the thread whose creation fails; 0: none */
	_Atomic(long) started; /* calls of pthread_create(3) */
	_Atomic(long) running; /* threads created and not joined */
	_Atomic(int) accept_error; /* errno of accept4(2); 0: it works */
	_Atomic(long) refused; /* calls of accept4(2) that failed with it */
	_Atomic(long) ahead_s; /* seconds by which the monotonic clock is ahead */
};

#endif
