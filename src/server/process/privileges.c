/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user and group of the daemon. */
#include "server/process/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "responders/program/account.h"

/* Returns the name of the user; NULL if it has none, or after an error. */
static const char *
find_user(struct privileges *privileges, const char *name, bool has_group,
    struct findings *findings)
{
	const struct passwd *entry = account_entry(name);
	id_t number;

	if (entry != NULL) {
		privileges->uid = entry->pw_uid;
		privileges->gid = entry->pw_gid;
		return entry->pw_name;
	}
	if (!account_number(name, &number))
		findings_error(findings,
		    "user: there is no user \"%s\": create it with \"adduser "
		    "--system --group %s\"",
		    name, name);
	else if (!has_group)
		findings_error(findings,
		    "user: no user has the number %s, so its group is unknown: set "
		    "group too",
		    name);
	else
		privileges->uid = number;
	return NULL;
}

/* Finds the groups that initgroups(3) would set, while users can still be looked up. */
static void
find_groups(struct privileges *privileges, const char *user)
{
	int count = 0;

	getgrouplist(user, privileges->gid, NULL, &count);
	do {
		privileges->groups = memory_resize(
		    privileges->groups, (size_t)count * sizeof *privileges->groups);
		privileges->group_count = count;
	} while (getgrouplist(user, privileges->gid, privileges->groups,
		     &privileges->group_count) < 0 &&
		 (count = privileges->group_count) > 0);
}

static void
find_group(struct privileges *privileges, const char *name, struct findings *findings)
{
	if (!account_group(name, &privileges->gid))
		findings_error(findings,
		    "group: there is no group \"%s\": create it with addgroup --system",
		    name);
}

void
privileges_init(struct privileges *privileges, const char *user, const char *group,
    struct findings *findings)
{
	const char *name = NULL;

	*privileges = (struct privileges){ .uid = geteuid(), .gid = getegid() };
	if (user[0] != '\0')
		name = find_user(privileges, user, group[0] != '\0', findings);
	if (group[0] != '\0')
		find_group(privileges, group, findings);
	if (name != NULL && findings->errors == 0)
		find_groups(privileges, name);
	privileges->change =
	    privileges->uid != geteuid() || privileges->gid != getegid();
	if (privileges->change && geteuid() != 0)
		findings_error(findings, "user: only root can change user and group: "
					 "start tlsd as root, or remove them");
	if (geteuid() == 0 && privileges->uid == 0 && findings->errors == 0)
		findings_warning(findings, "user: tlsd keeps running as root: set user "
					   "to an unprivileged account");
}

void
privileges_fini(struct privileges *privileges)
{
	free(privileges->groups);
	privileges->groups = NULL;
}

int
privileges_drop(const struct privileges *privileges)
{
	if (!privileges->change)
		return 0;
	int result =
	    privileges->groups != NULL
		? setgroups((size_t)privileges->group_count, privileges->groups)
		: setgroups(1, &privileges->gid);
	if (result < 0 || setgid(privileges->gid) < 0 || setuid(privileges->uid) < 0)
		return -1;
	/* Fail if the process could become root again. */
	if (privileges->uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}
