/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking up another user, and switching to it. */
#include "responders/program/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "base/text/text.h"

/* The system calls with numbers of 32 bits. They have other names on platforms with older
 * calls. */
#ifdef SYS_setgroups32
#define CALL_SETGROUPS SYS_setgroups32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETRESUID SYS_setresuid32
#else
#define CALL_SETGROUPS SYS_setgroups
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETRESUID SYS_setresuid
#endif

static void
find_groups(struct account *account, const char *name)
{
	int count = 0;

	getgrouplist(name, account->gid, NULL, &count);
	account->groups = memory_new((size_t)count * sizeof *account->groups);
	account->group_count = count;
	getgrouplist(name, account->gid, account->groups, &account->group_count);
}

bool
account_number(const char *text, id_t *number)
{
	int64_t value;

	/* The largest value means "no change" to the kernel. */
	if (text[0] == '-' || text_parse_number(text, 0, UINT32_MAX - 1, &value) < 0)
		return false;
	*number = (id_t)value;
	return true;
}

bool
account_user(const char *name, uid_t *uid)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL)
		return account_number(name, uid);
	*uid = entry->pw_uid;
	return true;
}

bool
account_group(const char *name, gid_t *gid)
{
	const struct group *entry = getgrnam(name);

	if (entry == NULL)
		return account_number(name, gid);
	*gid = entry->gr_gid;
	return true;
}

const struct passwd *
account_entry(const char *name)
{
	id_t number;

	errno = 0;
	const struct passwd *entry = getpwnam(name);
	if (entry == NULL && account_number(name, &number)) {
		errno = 0;
		entry = getpwuid(number);
	}
	return entry;
}

struct account *
account_find(const char *name)
{
	const struct passwd *entry = account_entry(name);

	if (entry == NULL)
		return NULL;
	struct account *account = memory_new(sizeof *account);
	account->uid = entry->pw_uid;
	account->gid = entry->pw_gid;
	find_groups(account, entry->pw_name);
	return account;
}

void
account_free(struct account *account)
{
	if (account == NULL)
		return;
	free(account->groups);
	free(account);
}

/* The C library's functions would change every thread of the parent. */
int
account_become(const struct account *account)
{
	uid_t uid = account->uid;
	gid_t gid = account->gid;

	if (syscall(CALL_SETGROUPS, account->group_count, account->groups) < 0 ||
	    syscall(CALL_SETRESGID, gid, gid, gid) < 0 ||
	    syscall(CALL_SETRESUID, uid, uid, uid) < 0)
		return -1;
	return 0;
}
