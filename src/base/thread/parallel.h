/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_THREAD_PARALLEL_H
#define TLSD_BASE_THREAD_PARALLEL_H

/* Divides independent pieces of work among the processors. */

#include <stddef.h>

/*
 * Calls `work` once for each number below `count`, in threads that end before this returns; one
 * of them is the caller's. If the system does not give a thread, the others do its work. A
 * shortage noted in one of them (shortage.h) is noted for the caller. Any thread.
 */
void parallel_run(
    size_t count, void (*work)(void *context, size_t number), void *context);

/* From now on, the calling thread does all work by itself. Its priority is lower than that of the
 * other threads. */
void parallel_give_way(void);

#endif
