/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_DAEMON_H
#define TLSD_SERVER_DAEMON_H

/*
 * Becoming a daemon, with a parent that waits: it exits 0 only when the daemon says that it
 * is ready, and otherwise with the status that the daemon gives, after the reason on standard
 * error. Before the first thread: also those that the library of a PKCS#11 token starts.
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

/* In a daemon that is not ready: lets the parent exit with the status, from 1 to 127. One
 * that ends without a word makes it 1. */
void daemon_failed(struct daemon *daemon, int status);

#endif
