/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PROGRAM_PROGRAM_H
#define TLSD_RESPONDERS_PROGRAM_PROGRAM_H

/* A program that answers, as the configuration sets it. Immutable, so any thread may use it. */

#include <stdint.h>

#include "base/text/stringlist.h"

struct account;
struct findings;

struct program {
	const char *service; /* the configuration owns it */
	struct stringlist words;
	char **arguments; /* the words, with NULL at the end */
	struct account *account; /* or NULL */
	int64_t timeout_ms;
};

/*
 * Splits the line `command` into words, and looks up `user`, which is "" for the daemon's own.
 * Checks that the program can be executed. Each error goes into `findings`, its text starting
 * with its key. Returns a pointer for program_free(), or NULL after an error. Points to
 * `service`. One thread at a time.
 */
struct program *program_new(const char *service, const char *command, const char *user,
    int64_t timeout_ms, struct findings *findings);
void program_free(struct program *program);

#endif
