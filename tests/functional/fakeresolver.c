/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver under a test's control, loaded with LD_PRELOAD. It looks names up in the
 * folder $FAKE_RESOLVER. The file with the host's name contains an address, "fail", or
 * "wait" to block until its content changes. Addresses, and names without a file, are
 * looked up as usual.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Reads the file of `host`. Returns 0 if there is none. */
static int
read_answer(const char *host, char answer[128])
{
	const char *folder = getenv("FAKE_RESOLVER");
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ".", host);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t size = read(fd, answer, 127);
	answer[size > 0 ? size : 0] = '\0';
	close(fd);
	return 1;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **found)
{
	lookup *real = find_real();
	char answer[128];

	if (host == NULL || (hints->ai_flags & AI_NUMERICHOST) != 0)
		return real(host, port, hints, found);
	while (read_answer(host, answer)) {
		if (strcmp(answer, "fail") == 0)
			return EAI_NONAME;
		/* The file is empty while the test writes it. */
		if (strcmp(answer, "wait") != 0 && answer[0] != '\0')
			return real(answer, port, hints, found);
		usleep(10000);
	}
	return real(host, port, hints, found);
}
