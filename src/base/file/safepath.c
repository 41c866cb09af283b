/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths that other users can change. */
#include "base/file/safepath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"

#define LINKS_MAX 16 /* of one path; more is a loop */

struct trust {
	uid_t uid;
	gid_t gid;
	char *error;
	size_t error_size;
};

static bool
is_trusted(uid_t owner, uid_t uid)
{
	return owner == 0 || owner == uid || owner == geteuid();
}

/* True if other users may write to the folder. A sticky folder above the last one does not count,
 * because they cannot replace the entry there. */
static bool
is_open_to_others(const struct stat *st, gid_t gid, bool is_above)
{
	if (is_above && (st->st_mode & S_ISVTX))
		return false;
	return (st->st_mode & S_IWOTH) != 0 ||
	       ((st->st_mode & S_IWGRP) != 0 && st->st_gid != gid);
}

/* Checks a folder, or a symbolic link in its place. */
static int
check_entry(const struct trust *trust, const char *path, bool is_above)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		snprintf(trust->error, trust->error_size, "%s: %s", path,
		    strerrordesc_np(errno));
		return -1;
	}
	if (!is_trusted(st.st_uid, trust->uid)) {
		snprintf(trust->error, trust->error_size,
		    "%s: belongs to uid %u, which could replace its files: use a "
		    "folder of root or of the daemon's user",
		    path, (unsigned)st.st_uid);
		return -1;
	}
	if (S_ISDIR(st.st_mode) && is_open_to_others(&st, trust->gid, is_above)) {
		snprintf(trust->error, trust->error_size,
		    "%s: is writable for others, which could replace its files: run "
		    "chmod go-w, or use another folder",
		    path);
		return -1;
	}
	return 0;
}

/* Checks the folder `path` and all folders above it. */
static int
check_chain(const struct trust *trust, const char *path)
{
	char *folder = memory_copy(path);
	char *slash;
	int result = check_entry(trust, folder, false);

	while (result == 0 && (slash = strrchr(folder, '/')) != NULL &&
	       strcmp(folder, "/") != 0) {
		slash[slash == folder ? 1 : 0] = '\0';
		result = check_entry(trust, folder, true);
	}
	free(folder);
	return result;
}

/* Returns the folder of `path`, which the caller frees. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return memory_copy(".");
	return memory_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

int
safepath_check_folder(
    const char *path, uid_t uid, gid_t gid, char *error, size_t error_size)
{
	const struct trust trust = {
		.uid = uid, .gid = gid, .error = error, .error_size = error_size
	};
	char *folder = folder_of(path);
	char *real = realpath(folder, NULL);
	int result = -1, code = 0;

	if (real == NULL) {
		code = errno;
		snprintf(error, error_size, "%s: %s", folder, strerrordesc_np(code));
	} else {
		result = check_chain(&trust, real);
	}
	/* A link on the way there could be replaced, too. */
	if (result == 0 && strcmp(folder, real) != 0)
		result = check_chain(&trust, folder);
	free(real);
	free(folder);
	errno = code;
	return result;
}

/* Returns where the link `fd` at `path` leads, as a path of its own, or NULL with errno. */
static char *
read_link(int fd, const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof target - 1);

	if (n < 0)
		return NULL;
	target[n] = '\0';
	const char *slash = strrchr(path, '/');
	if (target[0] == '/' || slash == NULL)
		return memory_copy(target);
	return memory_format("%.*s%s", (int)(slash - path + 1), path, target);
}

/* True for a link in /proc: its text need not be a path, and no user can change it. */
static bool
is_in_proc(int fd)
{
	struct statfs system;

	return fstatfs(fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* Follows one link. Returns `path` itself if it is not one. */
static char *
follow_link(char *path)
{
	struct stat st;
	char *next = path;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return path;
	if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode) && !is_in_proc(fd)) {
		next = NULL;
		errno = ELOOP;
		if (is_trusted(st.st_uid, 0))
			next = read_link(fd, path);
	}
	int saved = errno;
	close(fd);
	if (next != path)
		free(path);
	errno = saved;
	return next;
}

char *
safepath_resolve(const char *path)
{
	char *at = memory_copy(path);

	for (int links = 0; links < LINKS_MAX; links++) {
		char *next = follow_link(at);
		if (next == at || next == NULL)
			return next;
		at = next;
	}
	free(at);
	errno = ELOOP;
	return NULL;
}

/* A part of a path. */
struct part {
	char
	    name[NAME_MAX + 2]; /* with room for one byte too many, which is an error */
	size_t start, end; /* in the path, slashes after the name included */
};

static struct part
part_at(const char *path, size_t start)
{
	size_t length = strcspn(path + start, "/");
	size_t end = start + length + strspn(path + start + length, "/");
	struct part part = { .start = start, .end = end };

	if (length == 0 && start > 0) /* nothing but slashes: the root itself */
		memcpy(part.name, ".", 2);
	else
		snprintf(
		    part.name, sizeof part.name, "%.*s", (int)length, path + start);
	return part;
}

/* Returns `path` with the link `fd` in the place of `part` followed, or NULL with errno: ELOOP for
 * a link of another user. */
static char *
replace_link(int fd, uid_t owner, const char *path, const struct part *part)
{
	char target[PATH_MAX], *longer;

	if (!is_trusted(owner, 0)) {
		errno = ELOOP;
		return NULL;
	}
	ssize_t n = readlinkat(fd, "", target, sizeof target - 1);
	if (n < 0)
		return NULL;
	target[n] = '\0';
	if (asprintf(&longer, "%.*s%s%s%s", target[0] == '/' ? 0 : (int)part->start,
		path, target, path[part->end] != '\0' ? "/" : "", path + part->end) < 0)
		return NULL;
	return longer;
}

/* Opens the last part of a path. A link in /proc leads to an open file, not to its text. */
static int
open_last(int folder, const char *name, int flags, mode_t mode)
{
	struct stat st;
	int fd = openat(folder, name, flags | O_NOFOLLOW, mode);

	if (fd < 0 && errno == ELOOP && is_in_proc(folder))
		fd = openat(folder, name, flags, mode);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink > 1) {
		close(fd);
		errno = EMLINK;
		return -1;
	}
	return fd;
}

/* Opens the part of `path` that stands in `folder`: the last one with `flags` and `mode`, another
 * to go on from there. If it is a link to be followed, sets `*next` to the path that it leads to
 * and returns -1. */
static int
open_part(int folder, const char *path, const struct part *part, int flags, mode_t mode,
    char **next)
{
	struct stat st;
	int fd = openat(folder, part->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bool is_link = fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);

	if (is_link && !is_in_proc(fd)) {
		*next = replace_link(fd, st.st_uid, path, part);
		file_close(fd);
		return -1;
	}
	if (path[part->end] != '\0' && !is_link)
		return fd;
	if (fd >= 0)
		close(fd);
	if (path[part->end] != '\0')
		return openat(folder, part->name, O_PATH | O_CLOEXEC);
	return open_last(folder, part->name, flags, mode);
}

/* Opens `path` part by part, up to the first link. Otherwise does what open_part() does. */
static int
open_parts(const char *path, int flags, mode_t mode, char **next)
{
	int at = open(path[0] == '/' ? "/" : ".", O_PATH | O_CLOEXEC);
	size_t start = strspn(path, "/");

	do {
		if (at < 0)
			return -1;
		struct part part = part_at(path, start);
		int fd = open_part(at, path, &part, flags, mode, next);
		file_close(at);
		at = fd;
		start = part.end;
	} while (path[start] != '\0');
	return at;
}

int
safepath_open(const char *path, int flags, mode_t mode)
{
	if (geteuid() != 0)
		return open(path, flags, mode);
	char *at = strdup(path);
	for (int links = 0; at != NULL && links < LINKS_MAX; links++) {
		char *next = NULL;
		int fd = open_parts(at, flags, mode, &next);
		int saved = errno;
		free(at);
		errno = saved;
		if (next == NULL)
			return fd;
		at = next;
	}
	errno = at != NULL ? ELOOP : ENOMEM;
	free(at);
	return -1;
}

const char *
safepath_remedy(int error)
{
	if (geteuid() == 0 && error == ELOOP)
		return ": root does not follow the symbolic link of another user: "
		       "create it as root, or name the file itself";
	if (geteuid() == 0 && error == EMLINK)
		return ": root does not open a file with a second name: remove the "
		       "other name";
	return "";
}
