/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_EXPLAIN_SVG_H
#define TLSD_CLIENT_EXPLAIN_SVG_H

/* A handshake as an image. */

#include <stdio.h>

struct diagram;

/* Writes the content of diagram_print() as a self-contained SVG document. The caller checks the
 * stream for errors. Stateless. */
void svg_print(const struct diagram *diagram, FILE *out);

#endif
