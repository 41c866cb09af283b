/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_CGROUP_H
#define TLSD_SERVER_PROCESS_CGROUP_H

/* Control groups, cgroups(7) version 2. */

#include <sys/types.h>

/*
 * Moves this process, with all its threads, into the control group of the process `pid`. Returns
 * 0, or -1 with errno. It also returns 0 if there are no control groups or both processes are in
 * the same one. Only root may leave most groups.
 */
int cgroup_join(pid_t pid);

#endif
