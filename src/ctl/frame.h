/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_FRAME_H
#define TLSD_CTL_FRAME_H

/* The server's figures at one moment, and the picture that two moments make. One thread. */

#include <stddef.h>
#include <stdio.h>

struct frame;
struct table;

struct frame *frame_new(void);
void frame_free(struct frame *frame);

/* Takes in a line of the server's `stats`. */
void frame_add(struct frame *frame, const char *line);

/* How large the picture may be. */
struct frame_size {
	size_t rows, columns;
};

/*
 * Prints `now`, with rates since `before` `seconds` ago (since the server's start if it is
 * NULL), and the connections of `slowest`; what does not fit is left out.
 */
void frame_print(const struct frame *now, const struct frame *before, double seconds,
    const struct table *slowest, struct frame_size size, FILE *out);

#endif
