/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PIDFILE_H
#define TLSD_SERVER_PIDFILE_H

/*
 * The pid file: it names the running daemon and, by a lock that ends with the process, makes
 * sure that there is one. What a killed process left behind is no obstacle. Main thread.
 */

#include <stddef.h>
#include <sys/types.h>

struct pidfile;

/*
 * Creates `path` or takes it over, locks it, and writes this process's id. Returns NULL with
 * a reason in `error` when another process holds it or it cannot be written.
 */
struct pidfile *pidfile_open(const char *path, char *error, size_t error_size);

/*
 * The one at `path` whose locked descriptor another process has lent; that process is the one
 * it names until pidfile_own(). Owns `fd` if it returns a pidfile; NULL if the file at `path`
 * is another one.
 */
struct pidfile *pidfile_adopt(int fd, const char *path);

/* It names this process from now on. 0, or -1 with errno. */
int pidfile_own(struct pidfile *pidfile);

/* It is another process's from now on, and with it the lock. */
void pidfile_lend(struct pidfile *pidfile);

const char *pidfile_path(const struct pidfile *pidfile);
int pidfile_fd(const struct pidfile *pidfile);

/* Removes the file, unless it is lent, or empties it where the process may not remove it. NULL is fine. */
void pidfile_close(struct pidfile *pidfile);

#endif
