/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_REPLACEMENT_H
#define TLSD_CERT_REPLACEMENT_H

/*
 * New contents for files, some of which have to change together. All are written beside the
 * old ones first, as PATH.new, and are on the disk before the first of them takes its place:
 * what can fail for want of space or rights fails while all that is there is the old. Who
 * reads the files between two renames sees the first new and the second old; each single
 * file is old or new, never half. A power failure right there leaves PATH.new of the second.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;

struct replacement {
	char *path; /* where a symbolic link leads, so that it stays a link */
	char *staged; /* PATH.new, or NULL when there is none */
};

/* The lock of a folder. */
struct replacement_lock {
	int fd;
	char *path;
};

/*
 * Waits until no other tlscert changes files in the folder of `path`, for half a minute at most,
 * and keeps others from it. 0, or -1 after an error; replacement_unlock() is right after both.
 */
int replacement_lock(
    struct replacement_lock *lock, const char *path, struct findings *findings);
void replacement_unlock(struct replacement_lock *lock);

enum replacement_rights {
	REPLACEMENT_KEEP_RIGHTS, /* owner, group and mode of the old file, if there is one */
	REPLACEMENT_SET_RIGHTS /* as if it were new */
};

/*
 * Writes PATH.new; a new file has the owner and group of this process and `mode`. Fills in the all-zero `replacement`. 0, or -1 after an error;
 * replacement_fini() is right after both.
 */
int replacement_stage(struct replacement *replacement, const char *path,
    const char *text, unsigned mode, enum replacement_rights rights,
    struct findings *findings);

/* Puts all of them in place, in this order. 0, or -1 after an error. */
int replacement_commit(
    struct replacement *replacements, size_t count, struct findings *findings);

/* Removes what was staged and not put in place. */
void replacement_fini(struct replacement *replacement);

#endif
