/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explains why a file or a folder could not be read, with the remedy. */
#include "base/file/readerror.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory/memory.h"

enum { NAME_BUFFER_SIZE = 4096 };

/* Returns the name of a user, or its number; the caller frees it. */
static char *
user_name(uid_t uid)
{
	char buffer[NAME_BUFFER_SIZE];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 &&
	    found != NULL)
		return memory_copy(found->pw_name);
	return memory_format("%u", (unsigned)uid);
}

/* Returns the name of a group, or its number; the caller frees it. */
static char *
group_name(gid_t gid)
{
	char buffer[NAME_BUFFER_SIZE];
	struct group entry, *found = NULL;

	if (getgrgid_r(gid, &entry, buffer, sizeof buffer, &found) == 0 &&
	    found != NULL)
		return memory_copy(found->gr_name);
	return memory_format("%u", (unsigned)gid);
}

static char *
explain_forbidden_file(const char *path, const char *user, const struct stat *st)
{
	char *owner = user_name(st->st_uid), *group = group_name(st->st_gid);
	char *text =
	    memory_format("%s: user %s may not read it (owner %s, group %s, mode "
			  "%04o): run chgrp to a group of %s, then chmod %s %s",
		path, user, owner, group, (unsigned)st->st_mode & 07777, user,
		S_ISDIR(st->st_mode) ? "g+rx" : "g+r", path);

	free(group);
	free(owner);
	return text;
}

static char *
explain_forbidden(const char *path)
{
	struct stat st;
	char *user = user_name(geteuid()), *text;

	if (stat(path, &st) == 0)
		text = explain_forbidden_file(path, user, &st);
	else
		text =
		    memory_format("%s: user %s may not enter a folder of its path: "
				  "find it with namei -l %s, then run chmod o+x on it",
			path, user, path);
	free(user);
	return text;
}

static char *
explain_missing(const char *path)
{
	char *folder, *text;

	if (path[0] == '/')
		return memory_format("%s: no such file: correct the path", path);
	folder = getcwd(NULL, 0);
	text = memory_format("%s: no such file in %s: correct the path", path,
	    folder != NULL ? folder : "this folder");
	free(folder);
	return text;
}

char *
readerror_why(const char *path, int error)
{
	switch (error) {
	case ENOENT:
		return explain_missing(path);
	case EACCES:
		return explain_forbidden(path);
	case ENOTDIR:
		return memory_format("%s: is not a folder, or is below a file: correct "
				     "the path",
		    path);
	case EISDIR:
		return memory_format("%s: is a folder: name the file in it", path);
	case EINVAL:
		return memory_format(
		    "%s: is not a regular file: name a regular file", path);
	case EFBIG:
		return memory_format("%s: is far too large: correct the path", path);
	case EILSEQ:
		return memory_format(
		    "%s: has a NUL byte and so is not a text file: save it as UTF-8",
		    path);
	default:
		errno = error;
		return memory_format("%s: cannot be read: %m", path);
	}
}
