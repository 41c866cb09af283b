/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the counters, in a ring that the main thread writes and other threads read. */
#include "server/report/history.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "server/connection/stats.h"

#define STEP_NS (HISTORY_STEP_MS * INT64_C(1000000))
#define STEP_S (HISTORY_STEP_MS / 1000.0)
/* More than HISTORY_STEPS: the step before the first one, and the one that is being written. */
#define RING (HISTORY_STEPS + 2)
#define NO_STEP INT64_C(-1)

/* The counters at the end of a step. */
struct sample {
	_Atomic(int64_t) step; /* NO_STEP while it is being written */
	_Atomic(uint64_t) counts[HISTORY_EVENTS];
};

struct history {
	const struct tally *clients;
	int64_t first; /* the step in which it was made */
	_Atomic(int64_t) open; /* the step that still needs its sample, or NO_STEP */
	_Atomic(size_t) taken; /* samples; number n is in ring[n % RING] */
	struct sample ring[RING];
};

/* Returns the step of this moment: their numbers count from the start of the clock. */
static int64_t
step_now(void)
{
	return deadline_now_ns() / STEP_NS;
}

struct history *
history_new(const struct stats *stats)
{
	struct history *history = memory_new(sizeof *history);

	history->clients = stats_clients(stats);
	history->first = step_now();
	atomic_init(&history->open, NO_STEP);
	return history;
}

void
history_free(struct history *history)
{
	free(history);
}

static void
take_sample(struct history *history, int64_t step)
{
	const size_t taken = atomic_load(&history->taken);
	struct sample *sample = &history->ring[taken % RING];
	struct stats_sums sums = { 0 };

	tally_add_to(history->clients, &sums);
	atomic_store(&sample->step, NO_STEP);
	atomic_store(&sample->counts[HISTORY_ACCEPTED], sums.accepted);
	atomic_store(&sample->counts[HISTORY_ANSWERED], sums.done);
	atomic_store(&sample->counts[HISTORY_FAILED], stats_failed(&sums));
	atomic_store(&sample->step, step);
	atomic_store(&history->taken, taken + 1);
}

struct deadline
history_turn(struct history *history)
{
	const int64_t now = step_now();
	int64_t open = atomic_load(&history->open);

	if (open != NO_STEP && open < now) {
		take_sample(history, open);
		atomic_store(&history->open, NO_STEP);
		return deadline_never();
	}
	if (open == NO_STEP) {
		open = now;
		atomic_store(&history->open, open);
	}
	return (struct deadline){ (open + 1) * STEP_NS };
}

/* A copy of a sample. */
struct reading {
	int64_t step;
	uint64_t counts[HISTORY_EVENTS];
};

/* Copies a sample. Returns false if the main thread is writing it. */
static bool
read_sample(const struct sample *sample, struct reading *reading)
{
	reading->step = atomic_load(&sample->step);
	for (size_t i = 0; i < HISTORY_EVENTS; i++)
		reading->counts[i] = atomic_load(&sample->counts[i]);
	return reading->step != NO_STEP && reading->step == atomic_load(&sample->step);
}

/* Sets the rates of the step of `reading`, if it is among those that begin at `first`. */
static void
set_rates(struct history_rates *rates, int64_t first, const struct reading *before,
    const struct reading *reading)
{
	const int64_t place = reading->step - first;

	if (place < 0 || place >= (int64_t)rates->count)
		return;
	for (size_t i = 0; i < HISTORY_EVENTS; i++)
		rates->per_second[i][place] =
		    (double)(reading->counts[i] - before->counts[i]) / STEP_S;
}

/* Returns the last step whose sample has been taken, or in which nothing happened. */
static int64_t
last_step(const struct history *history)
{
	const int64_t last = step_now() - 1;
	const int64_t open = atomic_load(&history->open);

	return open != NO_STEP && open <= last ? open - 1 : last;
}

void
history_read(const struct history *history, struct history_rates *rates)
{
	const int64_t last = last_step(history);
	const size_t taken = atomic_load(&history->taken);
	int64_t first = last - HISTORY_STEPS + 1;
	struct reading before = { 0 }, reading;
	bool has_before = taken <= RING; /* all counters began at 0 */

	if (first < history->first)
		first = history->first;
	memset(rates, 0, sizeof *rates);
	rates->count = (size_t)(last - first + 1);
	for (size_t n = taken <= RING ? 0 : taken - RING; n < taken; n++) {
		if (!read_sample(&history->ring[n % RING], &reading))
			continue;
		if (has_before)
			set_rates(rates, first, &before, &reading);
		before = reading;
		has_before = true;
	}
}
