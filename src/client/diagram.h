/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_DIAGRAM_H
#define TLSD_CLIENT_DIAGRAM_H

/*
 * A handshake as a sequence diagram: two lifelines, an arrow for each message, grouped in
 * flights, the round trips at the side, for a terminal of 80 columns. Without state.
 */

#include <stdbool.h>
#include <stdio.h>

#include "base/stringlist.h"

struct trace;

/* All text in it is printable already. */
struct diagram {
	const struct trace *trace; /* finished */
	const char *title; /* whom it was with */
	struct stringlist facts; /* what was negotiated, a line each */
	struct stringlist story; /* what it means, a line each */
};

struct diagram_style {
	bool ascii; /* the characters of ASCII only, not those of UTF-8 */
	bool colours; /* those of ECMA-48 */
};

/* Draws with characters. Whether writing succeeded is for ferror(3) to say. */
void diagram_print(
    const struct diagram *diagram, const struct diagram_style *style, FILE *out);

#endif
