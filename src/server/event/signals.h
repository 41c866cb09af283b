/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_EVENT_SIGNALS_H
#define TLSD_SERVER_EVENT_SIGNALS_H

/* The signals that a server handles, as events of the main thread's loop. */

#include <stdint.h>

struct loop;
struct signals;

/* Blocks the signals in this thread and in the threads that it starts. Must be called before it
 * starts one. */
void signals_block(void);

/* Calls `take` with the number of each signal from now on. Returns NULL with errno. Main
 * thread. */
struct signals *signals_open(
    struct loop *loop, void (*take)(void *context, uint32_t signal), void *context);

/* Stops calling `take`. Must be called before the loop is freed. Accepts NULL. */
void signals_close(struct signals *signals);

#endif
