/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_VERBOSITY_H
#define TLSD_SERVER_VERBOSITY_H

/*
 * At which level each class of failure has its lines in the log, and which have none. The
 * server's own fault is an error, what a hostile client does a notice, and anything else
 * information, as an answer is, unless the configuration says otherwise. Immutable once it
 * is made, any thread.
 */

#include <stdbool.h>

#include "base/failure.h"
#include "base/log.h"

struct findings;
struct stringlist;

struct verbosity {
	signed char levels[FAILURE_COUNT]; /* FAILURE_NONE: answered; < 0: no lines */
};

/*
 * By the values of `class-level`, such as "early-close=debug", and `quiet`, classes. What is
 * wrong in them goes into `findings`.
 */
void verbosity_init(struct verbosity *verbosity, const struct stringlist *levels,
    const struct stringlist *quiet, struct findings *findings);

/* Whether `failure`, or an answer by FAILURE_NONE, has lines, and if so of which level. */
bool verbosity_level(
    const struct verbosity *verbosity, enum failure failure, enum log_level *level);

#endif
