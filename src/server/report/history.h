/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPORT_HISTORY_H
#define TLSD_SERVER_REPORT_HISTORY_H

/*
 * The rates of the last ten minutes: how many connections were accepted, answered and failed in
 * each step of two seconds, without the clients of services that report on the server itself.
 *
 * The main thread takes a sample at the end of each step in which it was awake. No counter changes
 * without waking it, so an idle process takes no samples and is not woken for them. The reader
 * knows that nothing happened in a step without a sample.
 */

#include <stddef.h>

#include "base/deadline.h"

#define HISTORY_STEP_MS 2000
#define HISTORY_STEPS 300

struct history;
struct stats;

enum history_event {
	HISTORY_ACCEPTED,
	HISTORY_ANSWERED,
	HISTORY_FAILED,
	HISTORY_EVENTS
};

/* The last `count` complete steps, at most HISTORY_STEPS, the oldest first. */
struct history_rates {
	size_t count;
	double per_second[HISTORY_EVENTS][HISTORY_STEPS];
};

/* Makes a history that begins now. `stats` must outlive it. Main thread. */
struct history *history_new(const struct stats *stats);

/* Accepts NULL. */
void history_free(struct history *history);

/* Takes the sample that is due, if any. Must be called after the events of each turn of the loop.
 * Returns when to call it again: at the end of the step, or never if nothing has happened since
 * the last sample. Main thread. */
struct deadline history_turn(struct history *history);

/* Computes the rates. A reader does not hold the main thread up; it may lack the step of which the
 * main thread is just taking the sample. Any thread. */
void history_read(const struct history *history, struct history_rates *rates);

#endif
