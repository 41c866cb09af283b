/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PROGRAM_STDERRLOG_H
#define TLSD_RESPONDERS_PROGRAM_STDERRLOG_H

/*
 * Copies a program's standard error to the log, line by line. Lines are escaped and cut at 400
 * bytes. Of more than 20 lines in a second the rest is only counted, so a flood fills no disk.
 * The program never waits. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STDERRLOG_LINE 400

struct stderrlog {
	const char *peer, *service; /* at the start of each line; the caller's */
	uint64_t id; /* of the connection, at the end of each line */
	size_t length; /* of the part of the line that is kept */
	char line[STDERRLOG_LINE];
	bool cut; /* the line was longer */
	int64_t second_ns; /* start of the second in which `lines` were logged */
	unsigned lines;
	uint64_t left_out; /* lines of that second */
};

void stderrlog_init(
    struct stderrlog *log, const char *peer, const char *service, uint64_t id);

/* Reads once from the pipe `fd`, which does not block. False at the end. */
bool stderrlog_take(struct stderrlog *log, int fd);

/* Reads the rest of the pipe, and logs an incomplete line and the number of lines left out. */
void stderrlog_finish(struct stderrlog *log, int fd);

#endif
