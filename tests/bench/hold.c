/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-hold PORT COUNT [DRIPPING]": COUNT clients of 127.0.0.1:PORT that say the first byte
 * of a TLS record and no more, and some more that go on with a byte a second of a record
 * that never ends. Says "held" once they all have begun, and keeps them until its standard
 * input ends. Whoever was closed by the server calls again, so that the attack lasts. They
 * come from several loopback addresses, since one has too few ports.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PER_ADDRESS 10000

/* A client that has said the first byte; or -1. */
static int
call(uint16_t port, size_t number)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK + 1 +
					      (uint32_t)(number / PER_ADDRESS)) } };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
	    connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
	    send(fd, "\x16", 1, MSG_NOSIGNAL) == 1)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
was_closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* A second of an attack: the last `dripping` of them say their next byte. */
static void
go_on(uint16_t port, int *fds, size_t count, size_t dripping)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] < 0 || was_closed(fds[i])) {
			if (fds[i] >= 0)
				close(fds[i]);
			fds[i] = call(port, i);
		} else if (i >= count - dripping)
			send(fds[i], "\x03", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

static void
raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	if (argc < 3)
		return 2;
	uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
	size_t dripping = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	size_t count = strtoul(argv[2], NULL, 10) + dripping;
	int *fds = calloc(count + 1, sizeof *fds);
	raise_limit();
	for (size_t i = 0; fds != NULL && i < count; i++)
		if ((fds[i] = call(port, i)) < 0) {
			perror("bench-hold");
			return 1;
		}
	puts("held");
	fflush(stdout);
	while (poll(&input, 1, 1000) == 0)
		go_on(port, fds, count, dripping);
	free(fds);
	return 0;
}
