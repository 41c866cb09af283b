/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CAPABILITIES_H
#define TLSD_SERVER_CAPABILITIES_H

/* What root may do that others may not, capabilities(7). Before the first thread. */

#include <stdbool.h>
#include <stddef.h>

/*
 * Gives up all capabilities for good but those that a root that stays root needs: to bind
 * low ports and to read and write what it could at the start, and, if it runs programs, to
 * become other users and to end their programs. 0, or -1 with errno.
 */
int capabilities_drop(bool runs_programs);

/* The names of those that are left, with spaces between; "none". Returns `out`. */
char *capabilities_format(char *out, size_t room);

#endif
