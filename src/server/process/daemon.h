/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_DAEMON_H
#define TLSD_SERVER_PROCESS_DAEMON_H

/*
 * Turns the process into a daemon while its parent waits. The parent exits 0 once the daemon
 * reports that it is ready; otherwise with the daemon's status, after the reason on standard
 * error. Must be called before the first thread starts, including those of a PKCS#11 library.
 */

struct daemon {
	int ready_fd; /* in the daemon: the pipe that the parent reads */
	int status; /* in the parent: its exit status */
};

enum daemon_side { DAEMON_FAILED, DAEMON_PARENT, DAEMON_LOST, DAEMON_CHILD };

/*
 * Forks twice, with a new session in between. Returns in the daemon at once, with only the
 * standard descriptors and `ready_fd`; in the parent when the daemon is ready or gone. DAEMON_LOST
 * says in the parent that the daemon ended without a word, by a signal. DAEMON_FAILED leaves
 * errno; the process between the two forks returns it too if the second one fails.
 */
enum daemon_side daemon_fork(struct daemon *daemon);

/* In the daemon: leaves the folder and the terminal, and lets the parent exit 0. */
void daemon_ready(struct daemon *daemon);

/* In a daemon that is not ready: lets the parent exit with `status`, from 1 to 127. Without this
 * call, the parent exits 1 when the daemon ends. */
void daemon_failed(struct daemon *daemon, int status);

#endif
