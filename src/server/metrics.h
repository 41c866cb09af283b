/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_METRICS_H
#define TLSD_SERVER_METRICS_H

/* The server's figures for Prometheus. Any thread. */

#include <stdio.h>

#include "responders/figures.h"

struct overview;

/* Prints them in the text format, version 0.0.4. 0, or -1 when memory is exhausted. */
int metrics_print(struct overview *overview, FILE *out);

/* Them and whether the server is draining, for its own answers. */
struct figures metrics_figures(struct overview *overview);

#endif
