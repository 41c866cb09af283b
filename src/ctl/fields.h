/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_FIELDS_H
#define TLSD_CTL_FIELDS_H

/* The fields of a line "SUBJECT: NAME=VALUE NAME=VALUE". Pure functions. */

#include <stdbool.h>
#include <stddef.h>

/* Copies the value of `name` to `value`, cut to `room`; "" if there is none. True if there is
 * one. */
bool fields_text(const char *line, const char *name, char *value, size_t room);

/* Returns the number at the start of the value of `name`; 0 if there is none. */
double fields_number(const char *line, const char *name);

/* Copies the next field; `*rest` starts as the line. False at its end. */
bool fields_next(const char **rest, char *name, char *value, size_t room);

#endif
