/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FILE_SAFEPATH_H
#define TLSD_BASE_FILE_SAFEPATH_H

/*
 * Paths that other users can change between two looks at them, for a process that has more rights
 * than those users. Safe in any thread.
 */

#include <stddef.h>
#include <sys/types.h>

/*
 * Checks that only root, this process, the user `uid` and the members of `gid` can replace the
 * entry that the absolute `path` names: they own its folder and all folders above it, and
 * others may not write there. A folder above may be sticky instead, as /tmp is. Returns 0, or
 * -1 with a reason in `error`. Then errno is set if the folder cannot be resolved, and 0
 * otherwise.
 */
int safepath_check_folder(
    const char *path, uid_t uid, gid_t gid, char *error, size_t error_size);

/*
 * Follows the symbolic links that `path` itself is, as long as each belongs to root or to the
 * effective user. Returns the path of the file they lead to, which need not exist and which the
 * caller frees, or NULL with errno: ELOOP for a link of another user.
 */
char *safepath_resolve(const char *path);

/*
 * Opens a file as open(2) does. For root it follows no symbolic link of another user, neither
 * the last part of the path nor a folder on the way (ELOOP). It also opens no file with a
 * second name, which another user may have given it (EMLINK). No change of the path meanwhile
 * leads it elsewhere. If memory is exhausted, it fails (ENOMEM).
 */
int safepath_open(const char *path, int flags, mode_t mode);

/* Returns what to do about `error` that safepath_open() has left, ": " and a text, or "". */
const char *safepath_remedy(int error);

#endif
