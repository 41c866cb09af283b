/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_SOCKETFILE_H
#define TLSD_SERVER_PROCESS_SOCKETFILE_H

/* The file of a Unix-domain socket: its owner, its group and its mode. Main thread. */

#include <stddef.h>
#include <sys/types.h>

struct socketfile {
	const char *path; /* absolute */
	uid_t owner;
	gid_t group;
	mode_t mode; /* such as 0600 */
	uid_t user; /* the user that the daemon is or becomes; may replace the socket */
	gid_t user_group;
};

/*
 * Sets the owner, the group and the mode of the socket at the path. As root it does not follow a
 * symbolic link at the path, and does not change a file with a second name. It also changes
 * nothing in a folder where users other than the daemon's, or groups other than its group, could
 * replace the socket. Returns 0, or -1 with a reason in `error`, which begins with a path.
 */
int socketfile_apply(const struct socketfile *file, char *error, size_t error_size);

/* Finds out whether this process could give a new socket its owner and its group. Returns 0, or
 * -1 with a reason in `error`, which begins with a path. */
int socketfile_check(const struct socketfile *file, char *error, size_t error_size);

#endif
