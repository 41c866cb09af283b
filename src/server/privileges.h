/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PRIVILEGES_H
#define TLSD_SERVER_PRIVILEGES_H

/* The user and group that the daemon becomes once it has bound its ports. Before the first
 * thread. */

#include <stdbool.h>
#include <sys/types.h>

struct findings;

struct privileges {
	bool change; /* there is something to become */
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* the supplementary ones; owned */
	int group_count;
};

/*
 * Looks `user`, its groups and `group` up; "" leaves things as they are, and a user without a
 * group means the user's own. Both may be numbers; a number that no user has needs a group, and
 * has no other groups. Errors go into `findings`, starting with their key, as does a
 * warning when root would stay root. privileges_fini() frees what was found.
 */
void privileges_init(struct privileges *privileges, const char *user, const char *group,
    struct findings *findings);
void privileges_fini(struct privileges *privileges);

/* Becomes them for good. 0, or -1 with errno; then the process must not go on. */
int privileges_drop(const struct privileges *privileges);

#endif
