/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LANDLOCK_H
#define TLSD_SERVER_LANDLOCK_H

/*
 * What the process may still change in the file system, landlock(7): reading is not
 * restricted, so that a reload can name new files; writing, making, removing and executing
 * are denied but for what is said here. Before the first thread; programs inherit it.
 */

#include "base/stringlist.h"

/* Where what may be done; folders mean all that is in them. What is not there is left out. */
struct landlock_places {
	struct stringlist
	    writable; /* files and sockets are made, written and removed */
	struct stringlist removable; /* files are removed, in folders only */
};

/* Restricts this process for good, which must not be able to get new privileges. Returns
 * the version of the kernel's interface, 0 if it has none, -1 with errno. */
int landlock_confine(const struct landlock_places *places);

#endif
