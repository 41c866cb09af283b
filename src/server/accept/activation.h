/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_ACTIVATION_H
#define TLSD_SERVER_ACCEPT_ACTIVATION_H

/*
 * Socket activation: takes the listening sockets that a service manager has bound and passed to
 * this process (sd_listen_fds(3), systemd.socket(5)). The manager owns them: it keeps them open
 * and removes their names. Main thread.
 */

struct activation;
struct address;
struct findings;

/*
 * Takes the sockets that the environment announces to this process, makes them CLOEXEC, and
 * removes the variables from the environment. Returns NULL if there are none. Must be called
 * before any descriptor is opened that stays open.
 */
struct activation *activation_begin(void);

/* Returns the socket that listens at `address`, or -1. The caller owns it from then on. */
int activation_take(struct activation *activation, const struct address *address);

/* Closes the sockets that were not taken, with a warning for each, and frees. Accepts NULL. */
void activation_end(struct activation *activation, struct findings *findings);

#endif
