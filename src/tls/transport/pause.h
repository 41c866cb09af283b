/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_PAUSE_H
#define TLSD_TLS_TRANSPORT_PAUSE_H

/*
 * A pause: a transport that is parked gives up a wait, leaves its thread, and continues later
 * as another thread's transport. One thread at a time.
 */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct pause;
struct transport;

/*
 * Turns parking on or off. While it is on, long waits give up: reading after TIMESLICE_MS,
 * transport_wait() after 2 ms, and a wait for the peer to take output after 50 ms. If another
 * connection needs the thread, they give up after 2 ms, or at once if this one was parked
 * before. A peer that keeps the thread busy for TIMESLICE_MS also gives way then.
 *
 * A call that gives up returns -1 with EAGAIN, which is not a failure, and the transport is
 * parked. With transport_leave() and transport_return(), the transport of another thread can
 * continue. Returns the previous setting.
 */
bool transport_park(struct transport *transport, bool parks);
bool transport_is_parked(const struct transport *transport);

/* Returns the state of a parked transport, with a copy of the bytes in its buffers. The caller
 * frees it with free(3). NULL when memory is exhausted. */
struct pause *transport_leave(const struct transport *transport);

/* Continues after `pause`, instead of starting with transport_attach(). Frees it. */
void transport_return(struct transport *transport, struct pause *pause);

/* Returns the number of descriptors to wait for before it continues. The first of `*polls` is
 * the peer, and each `fd` may be -1. */
size_t pause_polls(const struct pause *pause, const struct pollfd **polls);

/* Returns when it must continue even if nothing comes, because time is up or must be checked. */
struct deadline pause_end(const struct pause *pause);

/* The following functions are for the other files of this folder. They return -1 with EAGAIN. */

/* Parks until one of `polls` is ready, or `until`. */
int transport_give_up(struct transport *transport, const struct pollfd *polls,
    size_t count, struct deadline until);

/* Parks until the peer is ready for `events`, or time is up. */
int transport_give_up_on_peer(struct transport *transport, short events);

#endif
