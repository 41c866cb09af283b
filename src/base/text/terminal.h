/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_TERMINAL_H
#define TLSD_BASE_TEXT_TERMINAL_H

/* The terminal that shows the output. */

#include <stdbool.h>
#include <stddef.h>

/* Control sequences of ECMA-48 that change how the text after them looks. */
#define TERMINAL_PLAIN "\033[0m"
#define TERMINAL_BOLD "\033[1m"
#define TERMINAL_DIM "\033[2m"
#define TERMINAL_RED "\033[31m"
#define TERMINAL_GREEN "\033[32m"
#define TERMINAL_YELLOW "\033[33m"
#define TERMINAL_CYAN "\033[36m"

/* True if `fd` is a terminal that takes the control sequences of ECMA-48: TERM is set and not
 * dumb. */
bool terminal_takes_controls(int fd);

/* True if terminal_takes_controls(fd), and NO_COLOR (https://no-color.org) is not set or empty. */
bool terminal_has_colours(int fd);

/* Returns the columns of the terminal `fd`; 80 if they are unknown, and SIZE_MAX if `fd` is not a
 * terminal. */
size_t terminal_width(int fd);

#endif
