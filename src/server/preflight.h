/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PREFLIGHT_H
#define TLSD_SERVER_PREFLIGHT_H

/*
 * Checks the parts of the system that a start needs. The checks change nothing, so they can be
 * made while another tlsd runs. Errors and warnings have their places in the configuration. Main
 * thread.
 */

#include <stdbool.h>

struct conf_process;
struct controlplace;
struct findings;
struct snapshot;

/* Checks the files that this process is about to write: the log, which a daemon cannot have in a
 * descriptor, and the pid file if this is a `service`. */
void preflight_start(const struct conf_process *conf, bool daemon, bool service,
    struct findings *findings);

/*
 * Checks these files, the addresses of all services, and the socket of `control`, whose path may
 * be "". An ordinary user only gets warnings about files, folders and ports that root may use,
 * because another user may start the daemon.
 */
void preflight_test(const struct snapshot *snapshot, bool daemon,
    const struct controlplace *control, struct findings *findings);

/* Checks the rights that the daemon's user needs. Must be called as this user. */
void preflight_user(const struct snapshot *snapshot, struct findings *findings);

#endif
