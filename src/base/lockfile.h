/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOCKFILE_H
#define TLSD_BASE_LOCKFILE_H

/*
 * A file that one process at a time has, until it ends or lets go. Only its owner can open it,
 * because anybody who can open a file can lock it. Safe in any thread.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"

/*
 * Opens the regular file `path` and locks it, making it with mode 0600 if there is none. Follows no
 * symbolic link. Waits until `deadline` while another process has it. Returns a CLOEXEC
 * descriptor, or -1 with errno: EWOULDBLOCK if another process has it still, EACCES if it belongs
 * to another user, or an error of open(2).
 */
int lockfile_open(const char *path, struct deadline deadline);

/* True if `fd` is the file that `path` names: its last owner may have removed it. */
bool lockfile_is_current(int fd, const char *path);

/* The process that has the file, or 0 if that is not known. */
pid_t lockfile_holder(const char *path);

/* Removes the file and lets go. */
void lockfile_close(int fd, const char *path);

#endif
