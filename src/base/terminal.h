/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TERMINAL_H
#define TLSD_BASE_TERMINAL_H

/* What may be sent to who reads the output. */

#include <stdbool.h>

/*
 * True if `fd` is a terminal that takes the colours of ECMA-48 and nobody said no: TERM is
 * set and not dumb, and NO_COLOR (https://no-color.org) is not set or empty.
 */
bool terminal_has_colours(int fd);

#endif
