/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ACCOUNT_H
#define TLSD_RESPONDERS_ACCOUNT_H

/* The user that a program runs as: looked up once, with its groups, when that may still wait
 * for a directory server. */

#include <stdbool.h>
#include <sys/types.h>

struct passwd;

struct account {
	uid_t uid;
	gid_t gid; /* the user's own */
	gid_t *groups; /* all of them, owned */
	int group_count;
};

/* Reads a number of a user or group. False if `text` is something else. */
bool account_number(const char *text, id_t *number);

/* Finds the user, or the group, with this name or number, which need not be known as a number.
 * False if there is none. Main thread. */
bool account_user(const char *name, uid_t *uid);
bool account_group(const char *name, gid_t *gid);

/* Returns the entry of the user with this name or, if none has it, with this number. It is
 * getpwnam(3)'s. NULL with errno, which is 0 if there is no such user. Main thread. */
const struct passwd *account_entry(const char *name);

/* Looks `name` up, which may be a number. NULL with errno, which is 0 when there is no such
 * user; account_free() frees it. Main thread. */
struct account *account_find(const char *name);
void account_free(struct account *account);

/*
 * Becomes it for good, in a child that has one thread and may share its memory with the
 * parent. Async-signal-safe. 0, or -1 with errno; then the child must not go on.
 */
int account_become(const struct account *account);

#endif
