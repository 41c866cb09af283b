/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROL_CONTROLPLACE_H
#define TLSD_SERVER_CONTROL_CONTROLPLACE_H

/* Where the control socket listens. Main thread. */

#include <stddef.h>
#include <sys/types.h>

struct inheritance;
struct listener;

/* The path of the socket, and its owner, group and mode. */
struct controlplace {
	const char *path;
	uid_t owner;
	gid_t group;
	mode_t mode; /* such as 0600 */
	struct inheritance *inheritance; /* may have the socket already; or NULL */
};

/* Listens at `place`. Returns a pointer for listener_close(), or NULL with a reason in `error`. */
struct listener *controlplace_listen(
    const struct controlplace *place, char *error, size_t error_size);

/*
 * Finds out whether controlplace_listen() could listen there, without doing so. Returns 0, or -1
 * with a reason in `error` and in errno. errno is 0 if not even root can use the path or its
 * folder.
 */
int controlplace_try(const struct controlplace *place, char *error, size_t error_size);

#endif
