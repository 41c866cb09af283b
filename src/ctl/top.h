/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_TOP_H
#define TLSD_CTL_TOP_H

/* The live screen. */

struct wire;

/*
 * Shows the server's figures anew each second, until q is pressed or it is told to end by a
 * signal. Where standard output is not a terminal that takes control sequences it prints one
 * picture, of the rates within a second. Returns STATUS_OK or as wire_ask().
 */
int top_show(struct wire *wire);

#endif
