/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FILE_LOCKFILE_H
#define TLSD_BASE_FILE_LOCKFILE_H

/*
 * A file that one process at a time holds, until it ends or releases it. Only its owner can
 * open it, because any process that can open a file can lock it. Thread-safe.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"

/*
 * Opens the regular file `path` and locks it, creating it with mode 0600 if necessary. Follows
 * no symbolic link. Waits until `deadline` while another process holds it. Returns a CLOEXEC
 * descriptor, or -1 with errno: EWOULDBLOCK if another process still holds it, EACCES if it
 * belongs to another user, or an error of open(2).
 */
int lockfile_open(const char *path, struct deadline deadline);

/* True if `fd` is the file that `path` names: its last owner may have removed it. */
bool lockfile_is_current(int fd, const char *path);

/* Returns the process that holds the file, or 0 if it is unknown. */
pid_t lockfile_holder(const char *path);

/* Removes the file and releases it. */
void lockfile_close(int fd, const char *path);

#endif
