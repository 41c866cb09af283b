/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PROGRAM_ACCOUNT_H
#define TLSD_RESPONDERS_PROGRAM_ACCOUNT_H

/* The user account that a program runs as. It is looked up once, with its groups, at a time
 * when waiting for a directory server does no harm. */

#include <stdbool.h>
#include <sys/types.h>

struct passwd;

struct account {
	uid_t uid;
	gid_t gid; /* the user's primary group */
	gid_t *groups; /* all groups of the user; owned */
	int group_count;
};

/* Reads the number of a user or group. False if `text` is not such a number. */
bool account_number(const char *text, id_t *number);

/* Finds the user, or the group, with this name or number. A number need not have an entry.
 * False if there is none. Main thread. */
bool account_user(const char *name, uid_t *uid);
bool account_group(const char *name, gid_t *gid);

/* Returns getpwnam(3)'s entry of the user with this name or, failing that, this number. Returns
 * NULL with errno on error; errno is 0 if such a user does not exist. Main thread. */
const struct passwd *account_entry(const char *name);

/* Looks up `name`, which may be a number. account_free() frees the result. Returns NULL with
 * errno on error; errno is 0 if such a user does not exist. Main thread. */
struct account *account_find(const char *name);
void account_free(struct account *account);

/*
 * Switches to the account for good, in a child that has one thread and may share its memory
 * with the parent. Async-signal-safe. Returns 0, or -1 with errno; then the child must not go
 * on.
 */
int account_become(const struct account *account);

#endif
