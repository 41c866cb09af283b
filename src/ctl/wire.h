/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_WIRE_H
#define TLSD_CTL_WIRE_H

/*
 * The connection to a tlsd's control socket: sends a command, and receives lines and a verdict.
 * Errors are reported once on standard error. One thread.
 */

#include <stdbool.h>
#include <stdio.h>

struct wire;

/* Connects to the socket at `path`. Returns NULL if no server answers there. */
struct wire *wire_open(const char *path);
void wire_close(struct wire *wire);

/* Sends a command and passes each line of its answer, without its end, to `take`. Returns
 * CTLSTATUS_OK or CTLSTATUS_FAILED by the server's verdict, or CTLSTATUS_NO_DAEMON without one. */
int wire_ask(struct wire *wire, const char *command,
    void (*take)(void *context, const char *line), void *context);

/* For wire_ask(): prints the line to `context`, a FILE. */
void wire_print(void *context, const char *line);

#endif
