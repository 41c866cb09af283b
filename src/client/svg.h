/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_SVG_H
#define TLSD_CLIENT_SVG_H

/* A handshake drawn as an image. */

#include <stdio.h>

struct diagram;

/* Writes a self-contained SVG document of what diagram_print() draws. Whether writing
 * succeeded is for the stream to say. Without state. */
void svg_print(const struct diagram *diagram, FILE *out);

#endif
