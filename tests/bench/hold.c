/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-hold PORT COUNT": COUNT clients of 127.0.0.1:PORT that say the first byte of a TLS
 * record and no more. Says "held" once they all have, and keeps them until its standard
 * input ends. They come from several loopback addresses, since one has too few ports.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PER_ADDRESS 10000

static int
hold(uint16_t port, long number)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK + 1 +
					      (uint32_t)(number / PER_ADDRESS)) } };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return -1;
	return send(fd, "\x16", 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
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
	char end;

	if (argc != 3)
		return 2;
	raise_limit();
	for (long i = 0; i < strtol(argv[2], NULL, 10); i++)
		if (hold((uint16_t)strtol(argv[1], NULL, 10), i) < 0) {
			perror("bench-hold");
			return 1;
		}
	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &end, 1) > 0)
		;
	return 0;
}
