/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * failing PORT COUNT: makes COUNT connections to 127.0.0.1:PORT, a few at a time. Each
 * sends bytes that are not a ClientHello, and that must not appear raw in a log, and
 * waits for the end. Exit status 1 if a connection fails.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"

#define THREADS 4

static const struct {
	const char *bytes;
	size_t size;
} sayings[] = {
#define SAYING(text)                   \
	{                              \
		text, sizeof(text) - 1 \
	}
	SAYING("GET /\x1b[2J\x07\xff HTTP/1.0\r\n\r\n"),
	SAYING("\x1b[2J\r\n\xc3\x28\n"), SAYING("\x80\x2e\x01\x03\x01"),
	SAYING("SSH-2.0-\x1b]0;x\x07\r\n"),
	SAYING("\x16\x03\x01\x00\x05\x01\x00\x00\x01\n"),
	SAYING("\x16\x03\x01\x00\x04\x02\x00\x00\x00")
};

#define SAYINGS (sizeof sayings / sizeof sayings[0])

static unsigned port;
static long count;
static atomic_long next;
static atomic_bool failed;

/* The server closes first; the client resets every second connection, so that neither
 * side has too many ports in TIME_WAIT. */
static void
end(int fd, long number)
{
	struct linger at_once = { .l_onoff = 1 };
	char bytes[512];

	shutdown(fd, SHUT_WR);
	while (recv(fd, bytes, sizeof bytes, 0) > 0)
		;
	if (number % 2 == 0)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

static void *
call_again_and_again(void *argument)
{
	long number;

	while ((number = atomic_fetch_add(&next, 1)) < count) {
		size_t saying = (size_t)number % SAYINGS;
		int fd = call_dial(INADDR_LOOPBACK, port);
		if (fd < 0) {
			atomic_store(&failed, true);
			continue;
		}
		send(fd, sayings[saying].bytes, sayings[saying].size, MSG_NOSIGNAL);
		end(fd, number);
	}
	return argument;
}

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc != 3) {
		fputs("usage: failing PORT COUNT\n", stderr);
		return 2;
	}
	port = (unsigned)strtoul(argv[1], NULL, 10);
	count = strtol(argv[2], NULL, 10);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, call_again_and_again, NULL) != 0)
			return 1;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return atomic_load(&failed) ? 1 : 0;
}
