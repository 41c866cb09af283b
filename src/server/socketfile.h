/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SOCKETFILE_H
#define TLSD_SERVER_SOCKETFILE_H

/* The file of a Unix-domain socket: its owner, its group and its mode. Main thread. */

#include <stddef.h>
#include <sys/types.h>

struct socketfile {
	const char *path; /* absolute */
	uid_t owner;
	gid_t group;
	mode_t mode; /* such as 0600 */
	uid_t user; /* that the daemon is or becomes, and may replace the socket */
	gid_t user_group;
};

/*
 * Gives the socket at the path its owner, its group and its mode. As root it follows no symbolic
 * link at the path, changes no file with a second name, and changes nothing in a folder where
 * others than the daemon's user and group could replace the socket. Returns 0, or -1 with a
 * reason in `error`, which begins with a path.
 */
int socketfile_apply(const struct socketfile *file, char *error, size_t error_size);

/* Finds out whether this process could give a new socket its owner and its group. Returns 0, or
 * -1 with a reason in `error`, which begins with a path. */
int socketfile_check(const struct socketfile *file, char *error, size_t error_size);

#endif
