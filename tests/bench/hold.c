/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-hold PORT SILENT DRIPPING STALLING": hostile clients of 127.0.0.1:PORT. The
 * silent ones send only the first byte of a TLS record. The dripping ones then send a
 * byte a second of a record that never ends. The stalling ones send a ClientHello of
 * TLS 1.2 and stop.
 *
 * Prints "held" when all have begun, and keeps them until standard input ends. A client
 * that the server closes connects again, so that the attack lasts. They use several
 * loopback addresses, because one has too few ports.
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
/* Parts of a second. Each part handles its own share of the clients. */
#define PARTS 100

/* RFC 5246, 7.4.1.2: the random is all "?"; ECDHE with AES-128-GCM, by ECDSA or RSA; X25519
 * or P-256, and SHA-256 (RFC 8422, 5.1). */
static const char hello[] =
    "\x16\x03\x01\x00\x4b\x01\x00\x00\x47\x03\x03????????????????????????????????\x00"
    "\x00\x04\xc0\x2b\xc0\x2f\x01\x00\x00\x1a"
    "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"
    "\x00\x0d\x00\x06\x00\x04\x04\x03\x08\x04"
    "\x00\x0b\x00\x02\x01\x00";

/* Numbers of clients of each kind; the clients are ordered by kind. */
static size_t silent, dripping, stalling;

/* Sends the first bytes of the client with this number. Returns true on success. */
static bool
begin(int fd, size_t number)
{
	ssize_t size = number < silent + dripping ? 1 : (ssize_t)sizeof hello - 1;

	return send(fd, hello, (size_t)size, MSG_NOSIGNAL) == size;
}

/* Connects a client and sends its first bytes. Returns its socket, or -1. */
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
	    connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && begin(fd, number))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Discards received bytes. Returns true if the server has closed the connection. */
static bool
was_closed(int fd)
{
	char bytes[8192];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Handles the clients of this part of the second: connects the closed ones again, and
 * sends the next byte of each dripping one. */
static void
go_on(uint16_t port, int *fds, size_t count, size_t part)
{
	for (size_t i = part; i < count; i += PARTS) {
		if (fds[i] < 0 || was_closed(fds[i])) {
			if (fds[i] >= 0)
				close(fds[i]);
			fds[i] = call(port, i);
		} else if (i >= silent && i < silent + dripping)
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

	if (argc < 5)
		return 2;
	uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
	silent = strtoul(argv[2], NULL, 10);
	dripping = strtoul(argv[3], NULL, 10);
	stalling = strtoul(argv[4], NULL, 10);
	size_t count = silent + dripping + stalling;
	int *fds = calloc(count + 1, sizeof *fds);
	raise_limit();
	for (size_t i = 0; fds != NULL && i < count; i++)
		if ((fds[i] = call(port, i)) < 0) {
			perror("bench-hold");
			return 1;
		}
	puts("held");
	fflush(stdout);
	for (size_t part = 0; poll(&input, 1, 1000 / PARTS) == 0; part++)
		go_on(port, fds, count, part % PARTS);
	free(fds);
	return 0;
}
