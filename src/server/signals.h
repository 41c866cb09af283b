/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SIGNALS_H
#define TLSD_SERVER_SIGNALS_H

/* The signals that a server takes, as events of the main thread's loop. */

#include <stdint.h>

struct loop;
struct signals;

/* Blocks them in this thread and those that it starts; before the first one. */
void signals_block(void);

/* From now on `take` gets the number of each that comes. NULL with errno. Main thread. */
struct signals *signals_open(
    struct loop *loop, void (*take)(void *context, uint32_t signal), void *context);

/* Before its loop is freed. NULL is fine. */
void signals_close(struct signals *signals);

#endif
