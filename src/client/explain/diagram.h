/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_EXPLAIN_DIAGRAM_H
#define TLSD_CLIENT_EXPLAIN_DIAGRAM_H

/*
 * A handshake as a sequence diagram for a terminal of 80 columns: two lifelines, an arrow for
 * each message, grouped in flights, the round trips at the side. Stateless.
 */

#include <stdbool.h>
#include <stdio.h>

#include "base/text/stringlist.h"

struct trace;

/* All text in it must be printable. */
struct diagram {
	const struct trace *trace; /* finished */
	const char *title; /* names the server */
	struct stringlist facts; /* the negotiated parameters, a line each */
	struct stringlist story; /* explanations, a line each */
};

struct diagram_style {
	bool ascii; /* ASCII characters only, instead of UTF-8 */
	bool colours; /* use the colours of ECMA-48 */
};

/* Draws with characters. The caller checks ferror(3). */
void diagram_print(
    const struct diagram *diagram, const struct diagram_style *style, FILE *out);

#endif
