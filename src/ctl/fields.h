/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_FIELDS_H
#define TLSD_CTL_FIELDS_H

/* Fields of a line "SUBJECT: NAME=VALUE NAME=VALUE". Pure functions. */

#include <stdbool.h>
#include <stddef.h>

/* Copies the value of `name` to `value`, "" if there is none; cut to `room`. Returns whether
 * it is there. */
bool fields_text(const char *line, const char *name, char *value, size_t room);

/* The number that the value of `name` starts with; 0 if there is none. */
double fields_number(const char *line, const char *name);

/* Hands out one field after the other: `*rest` starts as the line. False at its end. */
bool fields_next(const char **rest, char *name, char *value, size_t room);

#endif
