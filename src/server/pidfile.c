/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pid file. */
#include "server/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

struct pidfile {
	int fd;
	char *path;
	bool lent;
};

/* What the file says of who holds it. */
static void
name_holder(int fd, char *out, size_t size)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	snprintf(out, size, "process %s", text[0] != '\0' ? text : "?");
}

/* True when `fd` is still what `path` names: its last owner may just have removed it. */
static int
is_current(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* The locked file; -1 with a reason in `error`. */
static int
open_locked(const char *path, char *error, size_t error_size)
{
	char holder[48];

	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0) {
			snprintf(
			    error, error_size, "%s: %s", path, strerrordesc_np(errno));
			return -1;
		}
		errno = 0;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_current(fd, path))
			return fd;
		if (errno == EWOULDBLOCK) {
			name_holder(fd, holder, sizeof holder);
			snprintf(error, error_size,
			    "%s: tlsd runs already, as %s: stop it first, or set "
			    "another pid-file",
			    path, holder);
			close(fd);
			return -1;
		}
		close(fd);
	}
}

static int
write_pid(int fd)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());

	/* The offset is shared with who has lent it. */
	if (lseek(fd, 0, SEEK_SET) < 0 || ftruncate(fd, 0) < 0)
		return -1;
	return file_write_all(fd, text, (size_t)length);
}

static struct pidfile *
pidfile_of(int fd, const char *path)
{
	struct pidfile *pidfile = memory_new(sizeof *pidfile);

	pidfile->fd = fd;
	pidfile->path = memory_copy(path);
	return pidfile;
}

struct pidfile *
pidfile_open(const char *path, char *error, size_t error_size)
{
	int fd = open_locked(path, error, error_size);

	if (fd < 0)
		return NULL;
	if (write_pid(fd) < 0) {
		snprintf(error, error_size, "%s: %s", path, strerrordesc_np(errno));
		unlink(path);
		close(fd);
		return NULL;
	}
	return pidfile_of(fd, path);
}

struct pidfile *
pidfile_adopt(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !is_current(fd, path) ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0)
		return NULL;
	struct pidfile *pidfile = pidfile_of(fd, path);
	pidfile->lent = true;
	return pidfile;
}

int
pidfile_own(struct pidfile *pidfile)
{
	pidfile->lent = false;
	return write_pid(pidfile->fd);
}

void
pidfile_lend(struct pidfile *pidfile)
{
	pidfile->lent = true;
}

const char *
pidfile_path(const struct pidfile *pidfile)
{
	return pidfile->path;
}

int
pidfile_fd(const struct pidfile *pidfile)
{
	return pidfile->fd;
}

void
pidfile_close(struct pidfile *pidfile)
{
	if (pidfile == NULL)
		return;
	/* Without the rights to remove it, an empty file says that nobody is there. */
	if (!pidfile->lent && unlink(pidfile->path) < 0 &&
	    ftruncate(pidfile->fd, 0) < 0)
		fprintf(stderr, "tlsd: %s: cannot be emptied\n", pidfile->path);
	close(pidfile->fd);
	free(pidfile->path);
	free(pidfile);
}
