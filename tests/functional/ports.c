/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests a real tlsd that runs out of ports for connections to its backend, in a network
 * namespace of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/privatenet.h"
#include "lib/suite.h"

#define BACKEND_PORT 1234
#define PORTS 2 /* local ports, and thus connections at once */

/* Sets the local ports of this process's network namespace. */
static void
set_ports(const char *range)
{
	privatenet_set("ipv4/ip_local_port_range", range);
}

/* Returns a client that is connected to the backend; `*connected` is the backend's end. */
static struct peer *
reach(int backend, int *connected)
{
	struct peer *peer = peer_new(peer_dial_path(suite_path("front")), NULL);

	ck_assert_int_eq(peer_shake(peer), 0);
	*connected = accept4(backend, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(*connected, 0);
	return peer;
}

START_TEST(lack_of_local_ports_does_not_mark_a_backend_as_failed)
{
	struct peer *peers[PORTS];
	int connected[PORTS];

	ck_assert(privatenet_enter());
	int backend = peer_listen(&(unsigned){ BACKEND_PORT });
	char *ini = memory_format("listen = %s\nrespond = connect\n"
				  "connect = 127.0.0.1:%d\n",
	    suite_path("front"), BACKEND_PORT);
	struct daemon *daemon = daemon_serve(ini);

	set_ports("60000 60001");
	for (int i = 0; i < PORTS; i++)
		peers[i] = reach(backend, &connected[i]);
	struct peer *late = peer_new(peer_dial_path(suite_path("front")), NULL);
	ck_assert_int_ne(peer_run(late), 0);
	peer_free(late);
	daemon_expect(daemon,
	    ": tlsd: internal: 127.0.0.1:1234: Cannot assign requested address");
	set_ports("60000 60009");
	late = reach(backend, &connected[0]);
	ck_assert_uint_eq(daemon_count(daemon, "avoided"), 0);
	peer_free(late);
	for (int i = 0; i < PORTS; i++)
		peer_free(peers[i]);
	daemon_stop(daemon);
	free(ini);
}
END_TEST

SUITE_IF(
    privatenet_lacks, "ports", lack_of_local_ports_does_not_mark_a_backend_as_failed)
