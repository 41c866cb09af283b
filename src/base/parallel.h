/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_PARALLEL_H
#define TLSD_BASE_PARALLEL_H

/* Independent pieces of work, shared out among the processors. */

#include <stddef.h>

/*
 * Calls `work` once for each number below `count`, in threads that end before this returns; the
 * caller's is one of them. Where the system gives no thread, the others do its work. A shortage
 * that one of them has noted (shortage.h) is noted for the caller. Any thread.
 */
void parallel_run(
    size_t count, void (*work)(void *context, size_t number), void *context);

/* From now on the calling thread, and those that work for it, use at most half of the processors
 * and give way to other threads of the process. */
void parallel_give_way(void);

#endif
