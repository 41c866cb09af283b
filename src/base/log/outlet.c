/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Destinations of lines. */
#include "base/log/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/journal.h"
#include "base/memory/memory.h"
#include "base/file/safepath.h"
#include "base/text/text.h"

struct outlet {
	int fd; /* -1 while syslogd is not there */
	bool is_lent; /* fd belongs to another owner */
	bool is_torn; /* the last line there has no end */
	size_t piece; /* maximum bytes at once: keeps lines in a shared pipe whole */
	char *socket; /* its path, or NULL */
};

static struct outlet *
make_outlet(int fd)
{
	struct outlet *outlet = memory_new(sizeof *outlet);
	struct stat st;
	bool is_file = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

	outlet->fd = fd;
	outlet->piece = is_file ? SIZE_MAX : PIPE_BUF;
	return outlet;
}

/* Returns the number after `folder` in `path`, or -1. */
static int
number_in(const char *folder, const char *path)
{
	size_t length = strlen(folder);
	int64_t number;

	if (strncmp(path, folder, length) != 0 ||
	    text_parse_number(path + length, 0, INT_MAX, &number) < 0)
		return -1;
	return (int)number;
}

/* Returns the descriptor for a path that is not a symbolic link, or is a link in /proc, or -1. */
static int
descriptor_at(const char *path)
{
	char own[48];
	const char *const folders[] = { "/dev/fd/", "/proc/self/fd/", own };

	snprintf(own, sizeof own, "/proc/%ld/fd/", (long)getpid());
	if (strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		int number = number_in(folders[i], path);
		if (number >= 0)
			return number;
	}
	return -1;
}

int
outlet_descriptor(const char *path)
{
	char *end = file_follow(path);
	/* Without these links, as in a chroot, the names keep their usual meaning. */
	int number = descriptor_at(end);

	free(end);
	return number;
}

/* Opening a pipe without a reader would block, so it is an error instead. After that, blocking
 * is right: writes wait for the reader. */
static int
open_file(const char *path)
{
	int fd = safepath_open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

	if (fd >= 0)
		fcntl(fd, F_SETFL, O_APPEND);
	return fd;
}

/* Duplicates a known descriptor. Opening its file again needs permissions that this user may
 * lack, and a socket cannot be opened at all. */
struct outlet *
outlet_open_file(const char *path)
{
	int number = outlet_descriptor(path);
	int fd = number < 0 ? open_file(path)
	                    : fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return fd < 0 ? NULL : make_outlet(fd);
}

struct outlet *
outlet_standard_error(void)
{
	struct outlet *outlet = make_outlet(STDERR_FILENO);

	outlet->is_lent = true;
	return outlet;
}

/* A connected socket still works after chroot(2), as long as the same syslogd listens. */
static void
connect_socket(struct outlet *outlet)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (outlet->fd >= 0)
		close(outlet->fd);
	outlet->fd = -1;
	if (strlen(outlet->socket) >= sizeof address.sun_path)
		return;
	strcpy(address.sun_path, outlet->socket);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		outlet->fd = fd;
	else
		close(fd);
}

struct outlet *
outlet_open_syslog(const char *path)
{
	struct outlet *outlet = make_outlet(-1);

	outlet->socket = memory_copy(path);
	connect_socket(outlet);
	return outlet;
}

bool
outlet_is_journal(const struct outlet *outlet)
{
	return journal_is(outlet->fd);
}

void
outlet_close(struct outlet *outlet)
{
	if (outlet == NULL)
		return;
	if (outlet->fd >= 0 && !outlet->is_lent)
		close(outlet->fd);
	free(outlet->socket);
	free(outlet);
}

/* Waits for room, because standard error may be non-blocking, set so by the parent process. */
static void
wait_for_room(int fd)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	poll(&room, 1, -1);
}

/* Writes as much as possible and returns how much that was. */
static size_t
write_bytes(int fd, const char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(fd, bytes + done, size - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			wait_for_room(fd);
		else if (n == 0 || errno != EINTR)
			break;
	}
	return done;
}

static size_t
count_lines(const char *lines, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += lines[i] == '\n';
	return count;
}

/* Returns the size of the first lines that together have at most `max` bytes, or of the first
 * line if it is longer. */
static size_t
whole_lines(const char *lines, size_t size, size_t max)
{
	if (size <= max)
		return size;
	const char *end = memrchr(lines, '\n', max);
	if (end == NULL)
		end = memchr(lines, '\n', size);
	return end != NULL ? (size_t)(end - lines) + 1 : size;
}

static size_t
write_piece(struct outlet *outlet, const char *lines, size_t size)
{
	if (outlet->is_torn && write_bytes(outlet->fd, "\n", 1) < 1)
		return count_lines(lines, size);
	outlet->is_torn = false;
	size_t done = write_bytes(outlet->fd, lines, size);
	if (done == size)
		return 0;
	outlet->is_torn = done > 0 && lines[done - 1] != '\n';
	return count_lines(lines + done, size - done);
}

/* A restarted syslogd has another socket there. */
static bool
send_line(struct outlet *outlet, const char *line, size_t length)
{
	for (int i = 0; i < 2; i++) {
		if (outlet->fd >= 0 &&
		    send(outlet->fd, line, length, MSG_NOSIGNAL) == (ssize_t)length)
			return true;
		if (i == 0)
			connect_socket(outlet);
	}
	return false;
}

static size_t
send_lines(struct outlet *outlet, const char *lines, size_t size)
{
	size_t lost = 0;

	while (size > 0) {
		size_t length = whole_lines(lines, size, 1);
		if (!send_line(outlet, lines, length - 1))
			lost++;
		lines += length;
		size -= length;
	}
	return lost;
}

size_t
outlet_write(struct outlet *outlet, const char *lines, size_t size)
{
	size_t lost = 0;

	if (outlet->socket != NULL)
		return send_lines(outlet, lines, size);
	while (size > 0) {
		size_t length = whole_lines(lines, size, outlet->piece);
		lost += write_piece(outlet, lines, length);
		lines += length;
		size -= length;
	}
	return lost;
}
