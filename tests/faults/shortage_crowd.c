/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd without memory, with more clients than its reserve serves: some
 * connections break, and the server survives. */
#include <sys/socket.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/peer.h"
#include "faults/poor.h"

#define CROWD 400 /* connections; a session takes about 60 kB */
#define OUT_OF_MEMORY ": tlsd: internal: out of memory"

/* Connects clients that send only the first byte; waits until all are accepted. */
static void
come(struct poor *poor, int *fds, const unsigned char *hello)
{
	for (int i = 0; i < CROWD; i++) {
		fds[i] = peer_dial(poor->port);
		peer_send(fds[i], hello, 1);
	}
	daemon_expect_descriptors(poor->daemon, poor->descriptors + CROWD);
}

/* Sends the rest of the ClientHellos. Each client gets the server's flight, or the end. */
static void
speak(const int *fds, const unsigned char *hello, size_t size)
{
	char byte;

	for (int i = 0; i < CROWD; i++)
		peer_send(fds[i], hello + 1, size - 1);
	for (int i = 0; i < CROWD; i++)
		recv(fds[i], &byte, 1, MSG_PEEK);
}

/* Waits until each connection is held or has ended. Returns the number that have ended. */
static size_t
count_ended(struct poor *poor)
{
	long long deadline = daemon_deadline();

	for (;;) {
		size_t held = daemon_descriptors(poor->daemon) - poor->descriptors;
		size_t ended = daemon_count(poor->daemon, OUT_OF_MEMORY);
		if (held + ended == CROWD)
			return ended;
		daemon_pause(deadline, "neither held nor ended");
	}
}

START_TEST(connection_is_closed_if_memory_to_park_it_is_exhausted)
{
	struct poor poor = poor_serve_crowd(CROWD, "early-answer = no\n"
						   "handshake-timeout = 5m\n");
	static const struct life life = { .options = { .priority = POOR_TLS13 } };
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fds[CROWD];

	come(&poor, fds, hello);
	poor_order(&poor, 1, POOR_ALL);
	speak(fds, hello, size);
	size_t ended = count_ended(&poor);
	ck_assert_uint_gt(ended, 0);
	ck_assert_uint_lt(ended, CROWD);
	daemon_expect_calm(poor.daemon);
	for (int i = 0; i < CROWD; i++)
		close(fds[i]);
	poor_settle(&poor);
	poor_relieve(&poor);
	ck_assert(poor_attempt(&poor, &life));
	daemon_reload(poor.daemon, "done");
	poor_stop(&poor);
}
END_TEST

POOR("shortage of memory with a crowd",
    connection_is_closed_if_memory_to_park_it_is_exhausted)
