/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_NOTIFY_H
#define TLSD_SERVER_PROCESS_NOTIFY_H

/*
 * Tells the service manager, such as systemd(1), the state of this process, by datagrams: the
 * protocol of sd_notify(3). Each function accepts NULL, for a process without a manager. A
 * message that cannot be sent is lost. Main thread.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"

struct notify;

/*
 * Connects to the socket that the environment names, a path or, after "@", an abstract name.
 * Removes the variables of the protocol from the environment. Returns NULL with "" in `error`
 * without a manager, or with a reason if its socket cannot be reached. Must be called before
 * chroot(2).
 */
struct notify *notify_open(char *error, size_t error_size);

/*
 * Returns the manager at the other end of `fd`, a connected socket that another process has lent.
 * Owns `fd`. The manager expects a sign of life every `watchdog_ms` milliseconds; 0 if it expects
 * none.
 */
struct notify *notify_adopt(int fd, int64_t watchdog_ms);

/* Closes the connection. */
void notify_close(struct notify *notify);

/* Return the arguments of notify_adopt(). */
int notify_fd(const struct notify *notify);
int64_t notify_watchdog_ms(const struct notify *notify);

/* Reports that the process serves, after a start, a reload or an upgrade. `status` is for
 * people. */
void notify_ready(struct notify *notify, const char *status);

/* Reports that a reload begins; notify_ready() ends it. */
void notify_reloading(struct notify *notify);

/* Reports that the process stops, which may take up to `timeout_ms` milliseconds; 0 for any
 * time. */
void notify_stopping(struct notify *notify, int64_t timeout_ms, const char *status);

/* Changes only the status. */
void notify_status(struct notify *notify, const char *status);

/* Reports that `pid` is the main process of the service from now on, and the only one that may
 * send. */
void notify_replaced(struct notify *notify, pid_t pid);

/* Sends the sign of life if it is due. Returns when the next one is due. */
struct deadline notify_expire(struct notify *notify);

#endif
