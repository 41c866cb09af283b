/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_PRIVILEGES_H
#define TLSD_SERVER_PROCESS_PRIVILEGES_H

/* The user and group that the daemon changes to after it has bound its ports. Must be called
 * before the first thread starts. */

#include <stdbool.h>
#include <sys/types.h>

struct findings;

struct privileges {
	bool change; /* the user or the group differs from the present one */
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* the supplementary groups; owned */
	int group_count;
};

/*
 * Looks up `user`, its groups, and `group`. "" leaves things as they are, and a user without a
 * group means the user's own. Both may be numbers; a number that no user has needs a group, and
 * gets no other groups. Errors go into `findings`, starting with their key, and so does a warning
 * if root would stay root. privileges_fini() frees the result.
 */
void privileges_init(struct privileges *privileges, const char *user, const char *group,
    struct findings *findings);
void privileges_fini(struct privileges *privileges);

/* Changes to that user and group for good. Returns 0, or -1 with errno; then the process must not
 * go on. */
int privileges_drop(const struct privileges *privileges);

#endif
