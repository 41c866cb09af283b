/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_WIRE_H
#define TLSD_CTL_WIRE_H

/*
 * The connection to a tlsd's control socket: one command out, lines and a verdict in. What
 * goes wrong with it is told on standard error, once. One thread.
 */

#include <stdbool.h>
#include <stdio.h>

struct wire;

/* Connects to the socket at `path`; NULL if nobody answers there. */
struct wire *wire_open(const char *path);
void wire_close(struct wire *wire);

/* Gives a command and hands each line of its answer, without its end, to `take`. Returns
 * STATUS_OK or STATUS_FAILED as the server's verdict says, STATUS_NO_DAEMON without one. */
int wire_ask(struct wire *wire, const char *command,
    void (*take)(void *context, const char *line), void *context);

/* For wire_ask(): prints the line to `context`, a FILE. */
void wire_print(void *context, const char *line);

#endif
