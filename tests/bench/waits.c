/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-waits PORT NAME": connects one client after another to 127.0.0.1:PORT until
 * standard input ends, with pauses of 5 ms. Each makes a full TLS 1.3 handshake with
 * the server name NAME. Prints the median and the longest time from connecting to the
 * end of the handshake in milliseconds. The number of clients and the number of failed
 * ones follow.
 */
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "soak/call.h"

#define PAUSE_MS 5
#define WAITS_MAX 200000 /* enough for over a quarter of an hour */

static double waits_ms[WAITS_MAX];
static size_t wait_count, failed;

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static bool
shake_hands(int fd, const char *name)
{
	gnutls_session_t tls = call_session(fd, 0, CALL_TLS13);
	bool done;

	gnutls_server_name_set(tls, GNUTLS_NAME_DNS, name, strlen(name));
	done = call_shake(tls) == 0;
	gnutls_deinit(tls);
	return done;
}

/* Measures one client. Failed clients count as well. */
static void
call_once(unsigned port, const char *name)
{
	double begin_ms = now_ms();
	int fd = call_dial(INADDR_LOOPBACK, port);

	if (fd < 0 || !shake_hands(fd, name))
		failed++;
	waits_ms[wait_count++] = now_ms() - begin_ms;
	if (fd >= 0)
		close(fd);
}

/* Pauses between two clients. Returns true once standard input has ended. */
static bool
is_over(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[256];

	return poll(&input, 1, PAUSE_MS) > 0 &&
	       read(STDIN_FILENO, bytes, sizeof bytes) <= 0;
}

static int
compare(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: bench-waits PORT NAME\n", stderr);
		return 2;
	}
	unsigned port = (unsigned)strtoul(argv[1], NULL, 10);
	call_init();
	do
		call_once(port, argv[2]);
	while (wait_count < WAITS_MAX && !is_over());
	call_fini();
	qsort(waits_ms, wait_count, sizeof waits_ms[0], compare);
	printf("%.1f %.1f %zu %zu\n", waits_ms[wait_count / 2],
	    waits_ms[wait_count - 1], wait_count, failed);
	return 0;
}
