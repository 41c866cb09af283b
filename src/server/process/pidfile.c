/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pid file. */
#include "server/process/pidfile.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/file/file.h"
#include "base/file/lockfile.h"
#include "base/memory/memory.h"
#include "base/text/text.h"

#define PATIENCE_MS 2000
#define PID_SIZE 64 /* in bytes, more than any number has */

struct pidfile {
	int fd;
	char *path;
	bool lent;
};

/* Returns the process that the file names, or 0. */
static pid_t
read_pid(const char *path)
{
	char *text;
	size_t size;
	int64_t pid = 0;

	if (file_read(path, PID_SIZE, &text, &size) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	text_parse_number(text, 1, INT_MAX, &pid);
	free(text);
	return (pid_t)pid;
}

static bool
is_alive(pid_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

/* Opens and locks the file. Fails at once if another tlsd runs; otherwise waits for the process
 * that has the lock. */
static int
open_patiently(const char *path)
{
	int fd = lockfile_open(path, deadline_in(1));

	if (fd >= 0 || errno != EWOULDBLOCK)
		return fd;
	if (!is_alive(read_pid(path)))
		return lockfile_open(path, deadline_in(PATIENCE_MS));
	errno = EWOULDBLOCK;
	return -1;
}

static void
explain_lock_error(const char *path, int number, char *error, size_t error_size)
{
	pid_t named = read_pid(path), holder = lockfile_holder(path);

	if (number != EWOULDBLOCK)
		snprintf(error, error_size, "%s: %s", path, strerrordesc_np(number));
	else if (is_alive(named))
		snprintf(error, error_size,
		    "%s: tlsd already runs as process %ld: stop it first, or set "
		    "another pid-file",
		    path, (long)named);
	else
		snprintf(error, error_size,
		    "%s: process %ld has locked it: stop it first, or set another "
		    "pid-file",
		    path, (long)holder);
}

/* Keeps other users from opening the file. Fails if one of them owns it, or if it has a second
 * name, because it could be any file. */
static int
claim_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_uid != geteuid() || st.st_nlink != 1) {
		errno = EPERM;
		return -1;
	}
	return fchmod(fd, 0600);
}

/* Returns the locked file, or -1 with a reason in `error`. */
static int
open_locked(const char *path, char *error, size_t error_size)
{
	int fd = open_patiently(path);

	if (fd < 0) {
		explain_lock_error(path, errno, error, error_size);
		return -1;
	}
	if (claim_file(fd) == 0)
		return fd;
	snprintf(error, error_size,
	    "%s: belongs to another user or has a second name: remove it", path);
	close(fd);
	return -1;
}

/* Writes the line over the last one, so that at no time the file is empty for a reader. */
static int
write_pid(int fd, pid_t pid)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%ld\n", (long)pid);

	/* The offset is shared with the process that has lent the file. */
	if (lseek(fd, 0, SEEK_SET) < 0 || file_write_all(fd, text, (size_t)length) < 0)
		return -1;
	return ftruncate(fd, length);
}

static struct pidfile *
make_pidfile(int fd, const char *path)
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
	if (write_pid(fd, getpid()) < 0) {
		snprintf(error, error_size, "%s: %s", path, strerrordesc_np(errno));
		unlink(path);
		close(fd);
		return NULL;
	}
	return make_pidfile(fd, path);
}

struct pidfile *
pidfile_adopt(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !lockfile_is_current(fd, path) || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return NULL;
	struct pidfile *pidfile = make_pidfile(fd, path);
	pidfile->lent = true;
	return pidfile;
}

int
pidfile_own(struct pidfile *pidfile)
{
	pidfile->lent = false;
	return write_pid(pidfile->fd, getpid());
}

void
pidfile_lend(struct pidfile *pidfile, pid_t borrower)
{
	pidfile->lent = true;
	/* The borrower writes it as well, and reports an error. */
	if (borrower != 0 && write_pid(pidfile->fd, borrower) < 0)
		errno = 0;
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
	/* If it may not be removed, an empty file says that no daemon runs. */
	if (!pidfile->lent && unlink(pidfile->path) < 0 &&
	    ftruncate(pidfile->fd, 0) < 0)
		fprintf(stderr, "tlsd: %s: cannot be truncated\n", pidfile->path);
	close(pidfile->fd);
	free(pidfile->path);
	free(pidfile);
}
