/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_PIDFILE_H
#define TLSD_SERVER_PROCESS_PIDFILE_H

/* The pid file. It names the running daemon, and its lock, which ends with the process, makes
 * sure that only one runs. The file of a killed process does not matter. Main thread. */

#include <stddef.h>
#include <sys/types.h>

struct pidfile;

/* Creates `path` or takes it over, locks it, and writes this process's id. Returns NULL with a
 * reason in `error` if another process holds it or it cannot be written. */
struct pidfile *pidfile_open(const char *path, char *error, size_t error_size);

/*
 * Returns the pid file at `path` whose locked descriptor another process lends; the file names
 * that process until it has let go, or until pidfile_own(). Returns NULL if the
 * file at `path` is another one. The result owns `fd`; the caller still does after NULL.
 */
struct pidfile *pidfile_adopt(int fd, const char *path);

/* Makes the file name this process from now on. Returns 0, or -1 with errno. */
int pidfile_own(struct pidfile *pidfile);

/* Leaves the file, and with it the lock, to the process `borrower`, or to one whose id is unknown
 * if that is 0. The file names the borrower at once: when this process ends, systemd reads the
 * file, and stops the unit if it names no living process. */
void pidfile_lend(struct pidfile *pidfile, pid_t borrower);

const char *pidfile_path(const struct pidfile *pidfile);
int pidfile_fd(const struct pidfile *pidfile);

/* Removes the file, unless it is lent; empties it if the process may not remove it. Accepts
 * NULL. */
void pidfile_close(struct pidfile *pidfile);

#endif
