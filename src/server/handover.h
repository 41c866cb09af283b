/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_HANDOVER_H
#define TLSD_SERVER_HANDOVER_H

/*
 * Giving the place to another tlsd, over the control socket: listeners, the control socket
 * itself, the pid file with its lock, the connection to the service manager. takeover.h is the
 * other side. Main thread.
 *
 * "handover" offers all, with each descriptor a line: "listen ADDRESS", "passed ADDRESS" for a
 * listener of the service manager, "control-socket PATH", "pid-file PATH", or "notify MS" with
 * the interval of the watchdog in milliseconds. "keep NUMBER" says, for each that the other uses, which of them, counted
 * from 0. After "confirm" the other one serves.
 */

#include <stddef.h>

struct acceptor;
struct control;
struct control_caller;
struct notify;
struct pidfile;

/* The parts that go to the new process; all but the first may be NULL. */
struct estate {
	struct acceptor *acceptor;
	struct control *control;
	struct pidfile *pidfile;
	struct notify *notify;
};

/* Offers all of it to the caller. 0, or -1 with errno. */
int handover_offer(const struct estate *estate, struct control_caller *caller);

/* The caller keeps number `index` of its offer. -1 if there is no such number. */
int handover_keep(struct control_caller *caller, size_t index);

/*
 * Lets go: what the caller keeps is closed, as it is, and what it does not keep is ended,
 * names in the file system included. Tells the service manager that the caller is the main
 * process, after which this one must not tell it anything. -1 if the caller has no offer, or has left.
 */
int handover_release(const struct estate *estate, const struct control_caller *caller);

#endif
