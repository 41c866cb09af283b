/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_SPOOL_H
#define TLSD_BASE_SPOOL_H

/*
 * Lines on their way from threads that must not wait to an outlet that may take its time: a
 * bounded amount of memory, and a thread of its own that writes what has gathered there. It
 * writes the first line at once and then, while more come, a hundred times a second.
 *
 * Lines have a form, a number of the caller's, and an outlet gets lines of one form only: who
 * changes it cannot have lines of the old form come out at the new place.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct outlet;
struct spool;

/* Writes lines of a form to an outlet, in the spool's thread. */
typedef void spool_write(
    struct outlet *outlet, int form, const char *lines, size_t size);

enum spool_verdict {
	SPOOL_TAKEN,
	SPOOL_FULL, /* there is no room now */
	SPOOL_OTHER_FORM /* lines have to have another form by now */
};

/*
 * Starts the thread, which takes no signals and has a small stack. `room` is how many bytes
 * may wait while as many are written; what never waits costs no memory. It takes over
 * `outlet`. NULL with errno when the system gives no thread; the outlet stays the caller's.
 */
struct spool *spool_start(
    size_t room, spool_write *write, struct outlet *outlet, int form);

/* Takes one or more whole lines of a form, to be written soon, or at once. Any thread, and
 * none ever waits for the outlet. */
enum spool_verdict spool_put(
    struct spool *spool, int form, const char *lines, size_t size);
enum spool_verdict spool_put_urgent(
    struct spool *spool, int form, const char *lines, size_t size);

/* Waits until all that was put before has been written, or no longer than that: false. */
bool spool_flush(struct spool *spool, struct deadline deadline);

/*
 * Another outlet, which it takes over, and form; what was put before goes to the old one. It
 * does not wait: if the lines from before the last change are not even begun yet, those since
 * then are given up. Returns how many lines that were.
 */
size_t spool_redirect(struct spool *spool, struct outlet *outlet, int form);

/*
 * Writes what is left and ends the thread. No other thread may put any more. A thread that
 * has not come back by the deadline is left to the end of the process, with what it has.
 */
void spool_stop(struct spool *spool, struct deadline deadline);

#endif
