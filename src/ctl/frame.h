/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_FRAME_H
#define TLSD_CTL_FRAME_H

/* The server's figures at one moment, and a screen made of two such moments. One thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct frame;
struct table;

struct frame *frame_new(void);
void frame_free(struct frame *frame);

/* Adds a line of the server's `stats`. */
void frame_add(struct frame *frame, const char *line);

/* The size of the screen. */
struct frame_screen {
	size_t rows, columns;
	bool colours; /* use the colours of ECMA-48 */
};

/*
 * Prints `now` and the connections of `slowest`. Rates are since `before`, `seconds` ago, or
 * since the server's start if it is NULL. Lines and words that do not fit are left out.
 */
void frame_print(const struct frame *now, const struct frame *before, double seconds,
    const struct table *slowest, struct frame_screen screen, FILE *out);

#endif
