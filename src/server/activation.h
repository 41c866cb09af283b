/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACTIVATION_H
#define TLSD_SERVER_ACTIVATION_H

/*
 * The listening sockets that a service manager has bound and passed to this process:
 * sd_listen_fds(3), systemd.socket(5). They remain the manager's, which keeps them open and
 * removes their names. Main thread.
 */

struct activation;
struct address;
struct findings;

/*
 * Takes the sockets that the environment announces to this process, makes them CLOEXEC, and
 * removes the variables from the environment. Returns NULL if there are none. Before any
 * descriptor is opened that stays open.
 */
struct activation *activation_begin(void);

/* Returns the socket that listens at `address`, which is the caller's from then on, or -1. */
int activation_take(struct activation *activation, const struct address *address);

/* Closes the sockets that were not taken, with a warning for each, and frees. NULL is fine. */
void activation_end(struct activation *activation, struct findings *findings);

#endif
