/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROL_HANDOVER_H
#define TLSD_SERVER_CONTROL_HANDOVER_H

/*
 * Hands over to another tlsd, through the control socket: the listeners, the control socket
 * itself, the pid file with its lock, and the connection to the service manager. inheritance.h is
 * the other side. Main thread.
 *
 * The command "handover" offers all of them. Each descriptor comes with a line: "listen ADDRESS",
 * "control-socket PATH", "pid-file PATH", or "notify MS" with the interval of the watchdog in
 * milliseconds. A listener of the service manager has "passed ADDRESS". The other process sends
 * "keep NUMBER", counted from 0, for each that it uses. After "confirm" it serves.
 */

#include <stddef.h>

struct acceptor;
struct control;
struct control_caller;
struct notify;
struct pidfile;

/* The parts that are handed over; all but the first may be NULL. */
struct handover_set {
	struct acceptor *acceptor;
	struct control *control;
	struct pidfile *pidfile;
	struct notify *notify;
};

/* Offers all parts to the caller. Returns 0, or -1 with errno. */
int handover_offer(const struct handover_set *set, struct control_caller *caller);

/* Notes that the caller keeps number `index` of its offer. Returns -1 if that number does not
 * exist. */
int handover_keep(struct control_caller *caller, size_t index);

/*
 * Hands over. The parts that the caller keeps are closed as they are; the others are ended,
 * including their names in the file system. Tells the service manager that the caller is the main
 * process; after that this process must not tell it anything. Returns -1 if the caller has no
 * offer, or has left.
 */
int handover_release(
    const struct handover_set *set, const struct control_caller *caller);

#endif
