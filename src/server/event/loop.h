/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_EVENT_LOOP_H
#define TLSD_SERVER_EVENT_LOOP_H

/* The main thread's epoll(7) loop: descriptors with a function to call when they are ready. Needs
 * Linux. All functions but loop_wake() belong to the main thread. */

#include <stdint.h>

#include "base/deadline.h"

struct loop;

/* Embedded in the object that is watched. */
struct watch {
	void (*ready)(struct watch *watch, uint32_t events);
	void *holder; /* the object that `ready` works for */
};

/* Returns NULL with errno if the kernel gives no descriptors. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Watches `fd` for `events`, such as EPOLLIN. Returns 0, or -1 with errno. */
int loop_add(struct loop *loop, int fd, uint32_t events, struct watch *watch);

/* Changes the events; 0 mutes the descriptor. */
void loop_change(struct loop *loop, int fd, uint32_t events, struct watch *watch);

/* Stops watching. `watch` is not called any more, not even for events of this turn. */
void loop_remove(struct loop *loop, int fd, const struct watch *watch);

/* Waits for events until `deadline` at most, and calls the watches that are ready. */
void loop_turn(struct loop *loop, struct deadline deadline);

/* Ends the current or the next wait of loop_turn(). Any thread. */
void loop_wake(struct loop *loop);

#endif
