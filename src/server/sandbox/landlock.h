/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_LANDLOCK_H
#define TLSD_SERVER_SANDBOX_LANDLOCK_H

/*
 * Restricts changes to the file system, landlock(7). Reading is not restricted, so that a reload
 * can name new files. Writing, making, removing and executing are denied, except in the given
 * places and for /dev/null. Must be called before the first thread starts; programs inherit the
 * restriction.
 */

#include "base/text/stringlist.h"

/* The exceptions. A folder stands for everything in it. Places that do not exist are left out. */
struct landlock_places {
	struct stringlist
	    writable; /* files and sockets may be made, written and removed */
	struct stringlist removable; /* files may be removed; must be folders */
};

/* Restricts this process for good; it must not be able to get new privileges. Returns the version
 * of the kernel's interface, 0 if it has none, or -1 with errno. */
int landlock_confine(const struct landlock_places *places);

#endif
