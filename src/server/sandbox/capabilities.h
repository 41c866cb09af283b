/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_CAPABILITIES_H
#define TLSD_SERVER_SANDBOX_CAPABILITIES_H

/* Drops the privileges of root that the daemon does not need, capabilities(7). Must be called
 * before the first thread starts. */

#include <stddef.h>

enum capability_use {
	CAPABILITIES_FOR_PROGRAMS =
	    1, /* to become other users and kill their programs */
	CAPABILITIES_TO_WRITE = 2 /* to write where only other users may */
};

/*
 * Drops all capabilities for good except for those that a daemon that stays root needs: to bind
 * low ports, to read files of other users, and those of `uses`, a set of enum capability_use.
 * Returns 0, or -1 with errno.
 */
int capabilities_drop(unsigned uses);

/* Writes the names of the capabilities that are left, with spaces between, or "none". Returns
 * `out`. */
char *capabilities_format(char *out, size_t room);

#endif
