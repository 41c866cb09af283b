/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_FILES_REPLACEMENT_H
#define TLSD_CERT_FILES_REPLACEMENT_H

/*
 * New contents for files, some of which must change together. All of them are first written
 * beside the old ones, as PATH.new, and are on the disk before any replaces its file. So a lack
 * of space or rights leaves all old files. If one cannot take its place, for example because it
 * is mounted, those before it are put back, except on a file system that cannot exchange two
 * names. A reader between two renames sees the first file new and the second old. Each single
 * file is old or new, never half. A power failure at that moment leaves PATH.new files.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;

struct replacement {
	char *path; /* the target of a symbolic link, so that it stays a link */
	char *staged; /* PATH.new, or NULL if there is none */
	enum {
		REPLACEMENT_STAGED, /* PATH.new has the new contents */
		REPLACEMENT_EXCHANGED, /* PATH has them, and PATH.new the old ones */
		REPLACEMENT_ADDED, /* PATH has them, and did not exist before */
		REPLACEMENT_RENAMED /* PATH has them, and the old ones are gone */
	} state;
};

/* The lock of a folder. */
struct replacement_lock {
	int fd;
	char *path;
};

/*
 * Waits until no other tlscert changes files in the folder of `path`, for half a minute at
 * most, and locks the folder. Returns 0, or -1 after an error. Call replacement_unlock() in
 * both cases.
 */
int replacement_lock(
    struct replacement_lock *lock, const char *path, struct findings *findings);
void replacement_unlock(struct replacement_lock *lock);

enum replacement_rights {
	REPLACEMENT_KEEP_RIGHTS, /* keep owner, group and mode of an existing file */
	REPLACEMENT_SET_RIGHTS /* those of a new file */
};

/*
 * Writes PATH.new. PATH is a regular file or does not exist; a new file has the owner and group of this process and `mode`. Fills in the
 * all-zero `replacement`. Returns 0, or -1 after an error. Call replacement_fini() in both
 * cases.
 */
int replacement_stage(struct replacement *replacement, const char *path,
    const char *text, unsigned mode, enum replacement_rights rights,
    struct findings *findings);

/* Renames all of them into place, in this order. Returns 0, or -1 after an error: then the old
 * files are back in their places. */
int replacement_commit(
    struct replacement *replacements, size_t count, struct findings *findings);

/* Removes PATH.new. */
void replacement_fini(struct replacement *replacement);

#endif
