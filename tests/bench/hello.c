/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-hello PORT": a plaintext backend for servers that only terminate TLS. It sends
 * "Hello, TLS!" to each connection to 127.0.0.1 and closes it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

static int
listen_on(int port)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	static const char hello[] = "Hello, TLS!\n";
	int listener = argc == 2 ? listen_on((int)strtol(argv[1], NULL, 10)) : -1;

	if (listener < 0) {
		perror("bench-hello");
		return 1;
	}
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL);
		close(fd);
	}
}
