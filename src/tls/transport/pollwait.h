/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_POLLWAIT_H
#define TLSD_TLS_TRANSPORT_POLLWAIT_H

/* Waiting for a transport's peer and other descriptors at once, or for the others alone. One
 * thread at a time. */

#include <stddef.h>

#include "base/deadline.h"

struct pollfd;
struct transport;

/*
 * Sleeps, once, until the peer is ready for `events` (POLLIN or 0) or takes more output,
 * another is ready, `until`, or a deadline. `count` is at most TRANSPORT_OTHERS, and each `fd`
 * may be -1. Returns which of POLLIN, POLLERR and POLLHUP hold for the peer, and fills in the
 * others' `revents`. The readiness of the first of the others counts as progress, and so does
 * the peer taking output that was sent long ago. Returns -1 with errno and `failure` set when
 * the peer is gone or a deadline has passed, even if there is always something to do. Also
 * returns -1 if it is parked.
 */
int transport_wait(struct transport *transport, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* Does what transport_wait() does for the others alone, regardless of the peer and its time,
 * for callers that must wait for an end. Returns 0, or -1 once it is parked. */
int transport_wait_for_others(struct transport *transport, struct pollfd *others,
    size_t count, struct deadline until);

#endif
