/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_TOP_H
#define TLSD_CTL_TOP_H

/* The live screen. */

struct wire;

/*
 * Shows the server's figures anew each second, until q is pressed or a signal ends it. If
 * standard output is not a terminal that takes control sequences, it prints one screen, with
 * the rates of one second. Returns CTLSTATUS_OK or as wire_ask() does.
 */
int top_show(struct wire *wire);

#endif
