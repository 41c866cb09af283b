/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New contents for files that must change together. */
#include "cert/files/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/file/lockfile.h"
#include "base/memory/memory.h"
#include "base/file/safepath.h"

#define LOCK_NAME ".tlscert.lock"

enum { RIGHTS = 07777, LOCK_PATIENCE_MS = 30000 };

/* Returns the target of `path`, or `path` if that file does not exist; the caller frees it.
 * Returns NULL after an error. */
static char *
resolve_link(const char *path, struct findings *findings)
{
	char *real = safepath_resolve(path);

	if (real == NULL)
		findings_error(findings,
		    "%s: is a symbolic link of another user, or to itself: name the "
		    "file to which it leads",
		    path);
	else if (access(real, F_OK) < 0) {
		free(real);
		real = memory_copy(path);
	}
	return real;
}

/* Returns the path of `name` in the folder of `path`. */
static char *
path_beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash - path + 1);

	return memory_format("%.*s%s", (int)length, path, name);
}

static int
open_folder(const char *path)
{
	char *folder = path_beside(path, ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	return fd;
}

static void
explain_lock(const char *path, const char *lock, struct findings *findings)
{
	struct stat st;
	int error = errno;

	if (error == EWOULDBLOCK)
		findings_error(findings,
		    "%s: process %ld has locked its folder for more than %d s: wait "
		    "until it ends, or end it",
		    path, (long)lockfile_holder(lock), LOCK_PATIENCE_MS / 1000);
	else if (error == EACCES && lstat(lock, &st) == 0)
		findings_error(findings,
		    "%s: its folder is locked by %s, which belongs to uid %u: wait "
		    "until that user's tlscert ends, or remove it",
		    path, lock, (unsigned)st.st_uid);
	else
		findings_error(findings, "%s: its folder cannot be locked: %s: %s",
		    path, lock, strerrordesc_np(error));
}

int
replacement_lock(
    struct replacement_lock *lock, const char *path, struct findings *findings)
{
	char *real = resolve_link(path, findings);

	*lock = (struct replacement_lock){ .fd = -1 };
	if (real == NULL)
		return -1;
	lock->path = path_beside(real, LOCK_NAME);
	lock->fd = lockfile_open(lock->path, deadline_in(LOCK_PATIENCE_MS));
	if (lock->fd < 0)
		explain_lock(path, lock->path, findings);
	free(real);
	return lock->fd < 0 ? -1 : 0;
}

void
replacement_unlock(struct replacement_lock *lock)
{
	if (lock->fd >= 0)
		lockfile_close(lock->fd, lock->path);
	free(lock->path);
}

/* Gives `fd` the owner, group and mode of the file at `path`, or `mode` if there is none. */
static int
copy_rights(int fd, const char *path, unsigned mode, struct findings *findings)
{
	struct stat old, new;

	if (stat(path, &old) < 0) {
		old.st_mode = mode;
	} else if (fstat(fd, &new) < 0) {
		return -1;
	} else if ((new.st_uid != old.st_uid || new.st_gid != old.st_gid) &&
		   fchown(fd, old.st_uid, old.st_gid) < 0) {
		findings_error(findings,
		    "%s: its owner %u and group %u cannot be kept (%m), so it is left "
		    "as it is: run this as root",
		    path, (unsigned)old.st_uid, (unsigned)old.st_gid);
		return -1;
	}
	/* After chown(2), which may clear bits. */
	return fchmod(fd, old.st_mode & RIGHTS);
}

int
replacement_stage(struct replacement *replacement, const char *path, const char *text,
    unsigned mode, enum replacement_rights rights, struct findings *findings)
{
	size_t errors = findings->errors;
	char *real = resolve_link(path, findings);
	struct stat old;

	if (real == NULL)
		return -1;
	*replacement = (struct replacement){ .path = real };
	if (stat(real, &old) == 0 && !S_ISREG(old.st_mode)) {
		findings_error(findings, "%s: is not a regular file", path);
		return -1;
	}
	char *staged = memory_format("%s.new", real);
	unlink(staged); /* a leftover of a power failure */
	/* A key is never readable by others, not even for a moment. */
	int fd = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		replacement->staged = staged;
		int result = rights == REPLACEMENT_KEEP_RIGHTS
		                 ? copy_rights(fd, real, mode, findings)
		                 : fchmod(fd, (mode_t)mode);
		if (result == 0)
			result = file_write_all(fd, text, strlen(text));
		if (result == 0)
			result = fsync(fd);
		file_close(fd);
		if (result == 0)
			return 0;
	}
	if (findings->errors == errors)
		findings_error(findings, "%s: cannot be written: %m", staged);
	if (replacement->staged == NULL)
		free(staged);
	return -1;
}

static void
sync_folder(const char *path)
{
	int fd = open_folder(path);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static int
exchange(const struct replacement *one)
{
	return renameat2(AT_FDCWD, one->staged, AT_FDCWD, one->path, RENAME_EXCHANGE);
}

/* Gives the new contents their name, and keeps the old ones if the file system can do so. */
static int
take_place(struct replacement *one)
{
	if (exchange(one) == 0) {
		one->state = REPLACEMENT_EXCHANGED;
		return 0;
	}
	bool none = errno == ENOENT;
	if (rename(one->staged, one->path) < 0)
		return -1;
	one->state = none ? REPLACEMENT_ADDED : REPLACEMENT_RENAMED;
	return 0;
}

/* If that is not possible, keeps PATH.new, which may have the old contents. */
static void
put_back(struct replacement *one, struct findings *findings)
{
	if (one->state == REPLACEMENT_EXCHANGED && exchange(one) == 0)
		return;
	if (one->state == REPLACEMENT_ADDED && rename(one->path, one->staged) == 0)
		return;
	findings_error(findings, "%s: has its new contents already", one->path);
	free(one->staged);
	one->staged = NULL;
}

int
replacement_commit(
    struct replacement *replacements, size_t count, struct findings *findings)
{
	size_t done = 0;

	while (done < count && take_place(&replacements[done]) == 0)
		done++;
	if (done < count) {
		findings_error(
		    findings, "%s: cannot be replaced: %m", replacements[done].path);
		for (size_t i = done; i-- > 0;)
			put_back(&replacements[i], findings);
	}
	for (size_t i = 0; i < count; i++)
		sync_folder(replacements[i].path);
	return done < count ? -1 : 0;
}

void
replacement_fini(struct replacement *replacement)
{
	if (replacement->staged != NULL)
		unlink(replacement->staged);
	free(replacement->staged);
	free(replacement->path);
	*replacement = (struct replacement){ 0 };
}
