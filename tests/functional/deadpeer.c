/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd whose clients or backends vanish without a word, in a network namespace
 * of its own. No time limit of tlsd ends the connections. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/privatenet.h"
#include "lib/suite.h"
#include "lib/talk.h"

#define ENDLESS "idle-timeout = 0\nmax-lifetime = 0\n"

/* Enters a network where the kernel looks for a silent peer after a second, for a second. */
static void
enter_network(void)
{
	ck_assert(privatenet_enter());
	privatenet_set("ipv4/tcp_keepalive_time", "1");
	privatenet_set("ipv4/tcp_keepalive_intvl", "1");
	privatenet_set("ipv4/tcp_keepalive_probes", "1");
}

/* True if each socket's output is acknowledged. Otherwise the kernel would send it again and again
 * for minutes, instead of probing the peer. */
static bool
is_silent(void)
{
	FILE *sockets = fopen("/proc/net/tcp", "re");
	char line[256];
	unsigned unacknowledged, sum = 0;

	ck_assert_ptr_nonnull(sockets);
	while (fgets(line, sizeof line, sockets) != NULL)
		if (sscanf(line, "%*s %*s %*s %*s %x:", &unacknowledged) == 1)
			sum += unacknowledged;
	fclose(sockets);
	return sum == 0;
}

/* Cuts the network when nothing is on its way. */
static void
unplug(void)
{
	long long deadline = daemon_deadline();

	while (!is_silent())
		daemon_pause(deadline, "an acknowledgement is missing");
	privatenet_unplug();
}

START_TEST(client_that_vanished_ends_without_a_time_limit)
{
	enter_network();
	struct daemon *daemon = daemon_serve(ENDLESS "respond = echo\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);

	talk_expect_echo(peer);
	unplug();
	daemon_expect(daemon, ": Connection timed out version=");
	daemon_expect_descriptors(daemon, descriptors);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(backend_that_vanished_ends_without_a_time_limit)
{
	unsigned port = 0;

	enter_network();
	int listener = peer_listen(&port);
	struct daemon *daemon = daemon_serve(suite_format(ENDLESS
	    "listen = %s\nrespond = connect\nconnect = 127.0.0.1:%u\n",
	    suite_path("front"), port));
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = peer_new(peer_dial_path(suite_path("front")), NULL);
	ck_assert_int_eq(peer_shake(peer), 0);
	int backend = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(backend, 0);
	unplug();
	daemon_expect(daemon, " broke off: Connection timed out version=");
	ck_assert_int_ne(peer_run(peer), 0);
	peer_free(peer);
	close(backend);
	close(listener);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

SUITE_IF(privatenet_lacks, "deadpeer", client_that_vanished_ends_without_a_time_limit,
    backend_that_vanished_ends_without_a_time_limit)
