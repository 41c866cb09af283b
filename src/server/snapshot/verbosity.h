/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_VERBOSITY_H
#define TLSD_SERVER_SNAPSHOT_VERBOSITY_H

/*
 * The log level of each class of failure, or none for a class without lines. Unless the
 * configuration says otherwise, the server's own faults are errors, acts of hostile clients are
 * notices, and other failures and answers are information. Immutable once it is made; any thread.
 */

#include <stdbool.h>

#include "base/failure.h"
#include "base/log/log.h"

struct findings;
struct stringlist;

struct verbosity {
	signed char
	    levels[FAILURE_COUNT]; /* FAILURE_NONE: answered; below 0: no lines */
};

/* Sets the levels from the values of `class-level`, such as "early-close=debug", and the classes
 * in `quiet`. Problems go into `findings`. */
void verbosity_init(struct verbosity *verbosity, const struct stringlist *levels,
    const struct stringlist *quiet, struct findings *findings);

/* True if `failure`, or an answer by FAILURE_NONE, has lines; `*level` is then their level. */
bool verbosity_level(
    const struct verbosity *verbosity, enum failure failure, enum log_level *level);

#endif
