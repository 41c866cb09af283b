/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver and a disk under a test's control, loaded with LD_PRELOAD. Their files are in the
 * folder $FAKE_SYSTEM. The file with a host's name contains an address, "fail", or "wait" to block
 * until its content changes. Addresses, and names without a file, are looked up as usual. While
 * the file "disk" contains a path, open(2) and openat(2) of that path block.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAUSE_US 10000

typedef int lookup(
    const char *, const char *, const struct addrinfo *, struct addrinfo **);

static lookup *
find_real(void)
{
	lookup *real;
	void *next = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&real, &next, sizeof next);
	return real;
}

static int
open_really(int folder, const char *path, int flags, int mode)
{
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

/* Reads the file `name`. Returns 0 if it does not exist. */
static int
read_answer(const char *name, char answer[256])
{
	const char *folder = getenv("FAKE_SYSTEM");
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ".", name);
	int fd = open_really(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	ssize_t size = read(fd, answer, 255);
	answer[size > 0 ? size : 0] = '\0';
	close(fd);
	return 1;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **found)
{
	lookup *real = find_real();
	char answer[256];

	if (host == NULL || (hints->ai_flags & AI_NUMERICHOST) != 0)
		return real(host, port, hints, found);
	while (read_answer(host, answer)) {
		if (strcmp(answer, "fail") == 0)
			return EAI_NONAME;
		/* The file is empty while the test writes it. */
		if (strcmp(answer, "wait") != 0 && answer[0] != '\0')
			return real(answer, port, hints, found);
		usleep(PAUSE_US);
	}
	return real(host, port, hints, found);
}

static int
open_when_ready(int folder, const char *path, int flags, va_list arguments)
{
	char hanging[256];
	int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, int) : 0;

	while (read_answer("disk", hanging) && strcmp(hanging, path) == 0)
		usleep(PAUSE_US);
	return open_really(folder, path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int fd = open_when_ready(AT_FDCWD, path, flags, arguments);
	va_end(arguments);
	return fd;
}

int
openat(int folder, const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int fd = open_when_ready(folder, path, flags, arguments);
	va_end(arguments);
	return fd;
}
