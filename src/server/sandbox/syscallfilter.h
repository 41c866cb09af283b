/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_SYSCALLFILTER_H
#define TLSD_SERVER_SANDBOX_SYSCALLFILTER_H

/* Restricts the system calls of the process, seccomp(2). Must be called before the first thread
 * starts; programs inherit the filter. */

#include <stdbool.h>

/* True if a filter was built in. Builds with sanitizers have none, because those need other
 * calls. */
bool syscallfilter_can_be_filtered(void);

/*
 * Allows only the calls that a server needs, for good. Calls that only an intruder would make,
 * such as running a program, end the process by SIGSYS. Any other call fails with ENOSYS, as if
 * the kernel were older. Needs no_new_privs. Returns 0, or -1 with errno.
 */
int syscallfilter_allow_server(void);

/* Denies calls that change the system or look into other processes, with EPERM, to the server and
 * to the programs that it runs; allows the rest. Returns 0, or -1 with errno. */
int syscallfilter_allow_programs(void);

#endif
