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

/* Removes the file, or empties it where the process may not remove it. NULL is fine. */
void pidfile_close(struct pidfile *pidfile);

#endif
