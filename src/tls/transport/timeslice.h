/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_TIMESLICE_H
#define TLSD_TLS_TRANSPORT_TIMESLICE_H

/*
 * A time slice: how long a connection may keep its thread, whether its peer keeps it busy or
 * makes it wait. It may park, which means that it leaves the thread to another connection and
 * continues later. Single thread.
 */

#include <stdbool.h>

#include "base/deadline.h"

/*
 * Give sockets an SO_RCVTIMEO of this length. While a deadline is farther away than that, a
 * plain recv(2) cannot oversleep it, and a peer that answers soon needs no poll(2). A peer that
 * does not may be parked meanwhile.
 */
#define TIMESLICE_MS 20

/* How long another connection may wait for the thread because a peer with a short round trip is
 * about to answer. */
#define TIMESLICE_PRESSED_MS 2

struct timeslice {
	bool (*on_wait)(void *context); /* these three: transport_tell() */
	bool (*is_needed)(void *context);
	void *context;
	bool parks; /* see transport_park() */
	bool waited; /* it waited, or was about to, since the slice began */
	bool pressed; /* and another connection needed the thread */
	bool returned; /* it had been parked before */
	struct deadline end; /* after it, `is_needed` is asked */
};

/* Returns a time slice that begins now, for a connection that does not park. It has the
 * callbacks of `before`. */
struct timeslice timeslice_begin(const struct timeslice *before);

/* Calls on_wait(), unless it was called already in this slice. If another connection needs the
 * thread, the slice ends soon. */
void timeslice_will_wait(struct timeslice *slice);

/* True if another connection must get the thread, because the peer kept it busy long enough. */
bool timeslice_is_over(struct timeslice *slice);

/* Returns how long to wait for the peer at first: `usual_ms`, or less if it may be parked and
 * another connection needs the thread. */
int timeslice_wait_limit(const struct timeslice *slice, int usual_ms);

#endif
