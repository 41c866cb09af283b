/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CAPABILITIES_H
#define TLSD_SERVER_CAPABILITIES_H

/* What root may do that others may not, capabilities(7). Before the first thread. */

#include <stddef.h>

enum capability_use {
	CAPABILITIES_FOR_PROGRAMS =
	    1, /* to become other users and end their programs */
	CAPABILITIES_TO_WRITE = 2 /* where only other users may */
};

/*
 * Gives up all capabilities for good but those that a root that stays root needs: to bind
 * low ports, to read what other users may read, and those of `uses`, enum capability_use. 0, or
 * -1 with errno.
 */
int capabilities_drop(unsigned uses);

/* The names of those that are left, with spaces between; "none". Returns `out`. */
char *capabilities_format(char *out, size_t room);

#endif
