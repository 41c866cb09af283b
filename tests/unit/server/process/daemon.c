/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/process/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/suite.h"

START_TEST(parent_gets_the_status_of_a_daemon_that_cannot_serve)
{
	struct daemon daemon = { .ready_fd = -1 };
	enum daemon_side side = daemon_fork(&daemon);

	if (side == DAEMON_CHILD) {
		daemon_failed(&daemon, 3);
		_exit(EXIT_FAILURE);
	}
	ck_assert_int_eq(side, DAEMON_PARENT);
	ck_assert_int_eq(daemon.status, 3);
}
END_TEST

START_TEST(parent_learns_that_a_daemon_was_killed)
{
	struct daemon daemon = { .ready_fd = -1 };
	enum daemon_side side = daemon_fork(&daemon);

	if (side == DAEMON_CHILD) {
		kill(getpid(), SIGKILL);
		_exit(EXIT_FAILURE);
	}
	ck_assert_int_eq(side, DAEMON_LOST);
	ck_assert_int_eq(daemon.status, EXIT_FAILURE);
}
END_TEST

SUITE("daemon", parent_gets_the_status_of_a_daemon_that_cannot_serve,
    parent_learns_that_a_daemon_was_killed)
