/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_DAEMON_H
#define TLSD_SERVER_DAEMON_H

/*
 * Becoming a daemon, with a parent that waits: it exits 0 only when the daemon says that it
 * is ready, and otherwise as the daemon failed, after the reason on standard error. Before
 * the first thread.
 */

struct daemon {
	int ready_fd; /* in the daemon: the pipe that the parent reads */
	int status; /* in the parent: what it has to exit with */
};

enum daemon_side { DAEMON_FAILED, DAEMON_PARENT, DAEMON_CHILD };

/*
 * Forks twice, with a session of its own in between. Returns in the daemon at once, with
 * no descriptors but the standard ones; in the parent when the daemon is ready or gone.
 * DAEMON_FAILED leaves errno.
 */
enum daemon_side daemon_fork(struct daemon *daemon);

/* In the daemon: leaves folder and terminal, and lets the parent exit 0. */
void daemon_ready(struct daemon *daemon);

#endif
