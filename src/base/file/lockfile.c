/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that one process at a time holds. */
#include "base/file/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAUSE_MS 20

bool
lockfile_is_current(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* Makes one attempt. Returns -1 with errno, which is ESTALE if the file was removed meanwhile. */
static int
try_to_open(const char *path)
{
	struct stat st;
	int fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		return -1;
	int error = 0;
	if (fstat(fd, &st) < 0)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = EINVAL;
	else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		error = errno;
	else if (!lockfile_is_current(fd, path))
		error = ESTALE;
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

/* True if the attempt failed because of another process, which may be another user's. */
static bool
is_taken(const char *path, int error)
{
	struct stat st;

	if (error == EACCES)
		return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
	return error == EWOULDBLOCK || error == ESTALE || error == EINTR;
}

int
lockfile_open(const char *path, struct deadline deadline)
{
	int fd;

	while ((fd = try_to_open(path)) < 0) {
		int error = errno;
		if (!is_taken(path, error) || deadline_passed(deadline)) {
			errno = error == ESTALE || error == EINTR ? EWOULDBLOCK : error;
			return -1;
		}
		poll(NULL, 0, PAUSE_MS);
	}
	return fd;
}

/* Reads lines of proc_locks(5), "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF", up to the one
 * about `inode`. Returns the process, or 0. */
static pid_t
read_holder(FILE *locks, ino_t inode)
{
	char line[256];
	unsigned long long locked;
	int pid;

	while (fgets(line, sizeof line, locks) != NULL)
		if (sscanf(line, "%*s FLOCK %*s %*s %d %*x:%*x:%llu", &pid, &locked) ==
			2 &&
		    locked == inode && pid > 0)
			return pid;
	return 0;
}

pid_t
lockfile_holder(const char *path)
{
	struct stat st;
	pid_t holder = 0;
	FILE *locks = fopen("/proc/locks", "re");

	if (locks == NULL)
		return 0;
	if (lstat(path, &st) == 0)
		holder = read_holder(locks, st.st_ino);
	fclose(locks);
	return holder;
}

void
lockfile_close(int fd, const char *path)
{
	if (lockfile_is_current(fd, path))
		unlink(path);
	close(fd);
}
