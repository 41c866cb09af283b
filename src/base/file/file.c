/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads small files whole and writes them atomically. */
#include "base/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "base/memory/shortage.h"
#include "base/text/text.h"

/* Opening a FIFO without a writer must not hang. */
#define READING (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* Returns `fd` if it is a regular file. Otherwise closes it and returns -1 with errno. If `fd` is
 * -1, errno tells why. */
static int
require_regular(int fd)
{
	struct stat st;

	if (fd < 0) {
		shortage_note_cause(errno);
		return -1;
	}
	if (fstat(fd, &st) < 0) {
		file_close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	return fd;
}

int
file_open(const char *path)
{
	return require_regular(open(path, READING));
}

/* Opens the file `name` in `folder` as file_read_in() says. */
static int
open_in(int folder, const char *name)
{
	struct stat st;
	int fd = require_regular(openat(folder, name, READING | O_NOFOLLOW));

	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_nlink > 1)) {
		close(fd);
		errno = EMLINK;
		return -1;
	}
	return fd;
}

/* Returns the target of the link at `path`, seen from the folder of `path`, or NULL if it is
 * not a link to be followed. The caller frees it. */
static char *
read_link(const char *path)
{
	char target[PATH_MAX];
	ssize_t size = readlink(path, target, sizeof target - 1);

	if (size <= 0 || strncmp(path, "/proc/", 6) == 0 ||
	    strncmp(path, "/dev/fd/", 8) == 0)
		return NULL;
	target[size] = '\0';
	const char *slash = strrchr(path, '/');
	if (target[0] == '/' || slash == NULL)
		return memory_copy(target);
	return memory_format("%.*s/%s", (int)(slash - path), path, target);
}

char *
file_follow(const char *path)
{
	char *at = memory_copy(path), *next;

	/* As many as the kernel follows; more is a loop. */
	for (int i = 0; i < 40 && (next = read_link(at)) != NULL; i++) {
		free(at);
		at = next;
	}
	return at;
}

/* Fills `data` up to `room` bytes. Returns how many there were, or -1. */
static ssize_t
read_up_to(int fd, char *data, size_t room)
{
	size_t have = 0;

	while (have < room) {
		ssize_t n = read(fd, data + have, room - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/* Reads the file `fd` as file_read() does, and closes it. */
static int
read_and_close(int fd, size_t limit, char **data, size_t *size)
{
	struct stat st;
	char *memory = NULL;
	ssize_t have = -1;
	size_t room = 0;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		goto out;
	/* One byte more than the size reveals growth. /proc files have size 0, so there is a
	 * minimum. */
	room = (size_t)st.st_size < 4096 ? 4096 : (size_t)st.st_size + 1;
	if (room > limit)
		room = limit + 1;
	memory = calloc(1, room + 1);
	if (memory == NULL)
		goto out;
	have = read_up_to(fd, memory, room);
	if (have > (ssize_t)limit) {
		errno = EFBIG;
		have = -1;
	}
out:
	file_close(fd);
	if (have < 0) {
		memory_wipe(memory, room);
		free(memory);
		return -1;
	}
	*data = memory;
	*size = (size_t)have;
	return 0;
}

int
file_read(const char *path, size_t limit, char **data, size_t *size)
{
	return read_and_close(file_open(path), limit, data, size);
}

int
file_read_in(int folder, const char *name, size_t limit, char **data, size_t *size)
{
	return read_and_close(open_in(folder, name), limit, data, size);
}

int
file_read_text(const char *path, size_t limit, char **data, size_t *size)
{
	if (file_read(path, limit, data, size) < 0)
		return -1;
	if (memchr(*data, '\0', *size) != NULL) {
		memory_wipe(*data, *size);
		free(*data);
		errno = EILSEQ;
		return -1;
	}
	size_t mark = (size_t)(text_skip_mark(*data) - *data);
	*size -= mark;
	memmove(*data, *data + mark, *size);
	memory_wipe(*data + *size, mark);
	return 0;
}

int
file_write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Gives the finished temporary file its name. EEXIST if FILE_KEEP finds that name in use. */
static int
put_in_place(const char *temporary, const char *path, enum file_existing existing)
{
	if (existing == FILE_REPLACE)
		return rename(temporary, path);
	if (link(temporary, path) < 0)
		return -1;
	return unlink(temporary);
}

int
file_write(const char *path, const char *data, size_t size, mode_t mode,
    enum file_existing existing)
{
	char *temporary = memory_format("%s.XXXXXX", path);
	int result = -1;
	/* mkostemp(3) creates it with 0600: others can never read a key, not even for a moment. */
	int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		goto out;
	result = file_write_all(fd, data, size);
	if (result == 0)
		result = fchmod(fd, mode);
	if (result == 0)
		result = fsync(fd);
	file_close(fd);
	if (result == 0)
		result = put_in_place(temporary, path, existing);
	if (result < 0) {
		int saved = errno;
		unlink(temporary);
		errno = saved;
	}
out:
	free(temporary);
	return result;
}

void
file_close(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}
