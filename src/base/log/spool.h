/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_SPOOL_H
#define TLSD_BASE_LOG_SPOOL_H

/*
 * Passes lines from threads that must not wait to an outlet that may block: a bounded buffer,
 * and a thread that writes its contents. The thread writes the first line at once and then,
 * while more come, a hundred times a second.
 *
 * Lines have a form, a number that the caller defines, and an outlet gets lines of one form
 * only: those of another form are refused.
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
	SPOOL_FULL, /* the buffer is full */
	SPOOL_OTHER_FORM /* the form has changed meanwhile */
};

/*
 * Starts the thread, which takes no signals and has a small stack. `room` is how many bytes may
 * wait while as many are written; unused buffer space costs no memory. It takes over `outlet`.
 * Returns NULL with errno if the system does not give a thread; then the caller keeps the
 * outlet.
 */
struct spool *spool_start(
    size_t room, spool_write *write, struct outlet *outlet, int form);

/* Take one or more whole lines of a form, to be written soon, or at once. Any thread; never
 * wait for the outlet. */
enum spool_verdict spool_put(
    struct spool *spool, int form, const char *lines, size_t size);
enum spool_verdict spool_put_urgent(
    struct spool *spool, int form, const char *lines, size_t size);

/* Waits until all lines put before have been written. Returns false if that takes longer than
 * `deadline`. */
bool spool_flush(struct spool *spool, struct deadline deadline);

/* Returns the form of the lines that spool_put() takes now. Any thread. */
int spool_form(const struct spool *spool);

/*
 * Changes the outlet, which it takes over, and the form, once the thread has taken the lines put
 * before, which go to the old outlet. Waits for that and until they are written. Returns false
 * if it takes longer than `deadline`: then the change is made when the old outlet takes lines
 * again, and until then lines have the old form. One thread at a time.
 */
bool spool_redirect(
    struct spool *spool, struct outlet *outlet, int form, struct deadline deadline);

/*
 * Writes the remaining lines and ends the thread. No other thread may put any more. A thread
 * that has not ended by the deadline is left running, and frees the spool when it ends.
 */
void spool_stop(struct spool *spool, struct deadline deadline);

#endif
