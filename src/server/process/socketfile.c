/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of Unix-domain sockets. */
#include "server/process/socketfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file/safepath.h"

/* Sets the mode of the socket `fd`. Root needs /proc for it, because the path may name another
 * file by now. Other users can only change their own files. */
static int
set_mode(int fd, const struct socketfile *file)
{
	char link[32];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return chmod(geteuid() == 0 ? link : file->path, file->mode);
}

static int
change_owner_and_mode(int fd, const struct socketfile *file, const struct stat *st)
{
	if ((st->st_uid != file->owner || st->st_gid != file->group) &&
	    fchownat(fd, "", file->owner, file->group, AT_EMPTY_PATH) < 0)
		return -1;
	return (st->st_mode & 07777) == file->mode ? 0 : set_mode(fd, file);
}

static void
explain_change_error(
    const struct socketfile *file, int code, char *error, size_t error_size)
{
	snprintf(error, error_size,
	    "%s: its owner, group or mode cannot be set: %s: restart tlsd as root",
	    file->path, strerrordesc_np(code));
}

/* Returns 0 if no other user could replace the socket, or -1 with a reason in `error`. */
static int
check_folder(const struct socketfile *file, char *error, size_t error_size)
{
	return safepath_check_folder(
	    file->path, file->user, file->user_group, error, error_size);
}

/* Returns 0, or -1 with a reason in `error`. */
static int
change_safely(int fd, const struct socketfile *file, char *error, size_t error_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		explain_change_error(file, errno, error, error_size);
		return -1;
	}
	if (!S_ISSOCK(st.st_mode) || st.st_nlink != 1) {
		snprintf(error, error_size,
		    "%s: another file has replaced the socket: remove it", file->path);
		return -1;
	}
	if (st.st_uid == file->owner && st.st_gid == file->group &&
	    (st.st_mode & 07777) == file->mode)
		return 0;
	if (geteuid() == 0 && check_folder(file, error, error_size) < 0)
		return -1;
	if (change_owner_and_mode(fd, file, &st) == 0)
		return 0;
	explain_change_error(file, errno, error, error_size);
	return -1;
}

int
socketfile_apply(const struct socketfile *file, char *error, size_t error_size)
{
	int fd = open(file->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		explain_change_error(file, errno, error, error_size);
		return -1;
	}
	int result = change_safely(fd, file, error, error_size);
	close(fd);
	return result;
}

int
socketfile_check(const struct socketfile *file, char *error, size_t error_size)
{
	if (file->owner == geteuid() && file->group == getegid())
		return 0;
	if (geteuid() == 0)
		return check_folder(file, error, error_size);
	if (file->owner == geteuid())
		return 0; /* the group may be one of its own */
	explain_change_error(file, EPERM, error, error_size);
	return -1;
}
