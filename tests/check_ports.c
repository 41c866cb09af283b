/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd that runs out of ports for connections to its backend, in a network of its
 * own. */
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon.h"
#include "peer.h"
#include "suite.h"

#define BACKEND_PORT 1234
#define PORTS 2 /* that there are, so that as many can be connected */

static void
set_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	request.ifr_flags |= IFF_UP | IFF_RUNNING;
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

/* Of the network that this process is in. */
static void
set_ports(const char *range)
{
	int fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, range, strlen(range)), (ssize_t)strlen(range));
	close(fd);
}

/* A client that has the backend's attention; `*connected` is the backend's end. */
static struct peer *
reach(int backend, int *connected)
{
	struct peer *peer = peer_new(peer_dial_path(suite_path("front")), NULL);

	ck_assert_int_eq(peer_shake(peer), 0);
	*connected = accept4(backend, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(*connected, 0);
	return peer;
}

START_TEST(without_ports_the_backend_is_not_to_blame)
{
	struct peer *peers[PORTS];
	int connected[PORTS];

	set_up_loopback();
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

int
main(void)
{
	if (unshare(CLONE_NEWNET) < 0) {
		puts("SKIPPED: only root can have a network of its own: NOTHING was "
		     "tested here");
		return 77;
	}
	return SUITE_RUN("ports", without_ports_the_backend_is_not_to_blame);
}
