/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_STDERRLOG_H
#define TLSD_RESPONDERS_STDERRLOG_H

/*
 * What a program says on standard error, line by line in the log. Lines are
 * escaped and cut at 400 bytes, and of more than 20 within a second the rest is counted only: a
 * flood fills no disk, and the program is never made to wait. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STDERRLOG_LINE 400

struct stderrlog {
	const char *peer, *service; /* in front of each line; the caller's */
	uint64_t id; /* of the connection, behind it */
	size_t length; /* of the line so far, as far as it is kept */
	char line[STDERRLOG_LINE];
	bool cut; /* the line was longer */
	int64_t second_ns; /* when the second began in which `lines` were logged */
	unsigned lines;
	uint64_t left_out; /* of that second */
};

void stderrlog_init(
    struct stderrlog *log, const char *peer, const char *service, uint64_t id);

/* Takes what there is to be read from the pipe `fd`, which does not block, once. False at
 * the end. */
bool stderrlog_take(struct stderrlog *log, int fd);

/* Takes what is left in the pipe, and logs a line without an end and what was left out. */
void stderrlog_finish(struct stderrlog *log, int fd);

#endif
