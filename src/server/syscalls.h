/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SYSCALLS_H
#define TLSD_SERVER_SYSCALLS_H

/*
 * Which system calls the process may still make, seccomp(2). Before the first thread;
 * programs inherit it.
 */

#include <stdbool.h>

/* Whether a filter was built in; sanitizers need calls of their own and have none. */
bool syscalls_can_be_filtered(void);

/*
 * Allows what a server needs, and for good. What only an intruder would try, such as
 * running a program, ends the process by SIGSYS; anything else that is not listed fails
 * with ENOSYS, as if the kernel were older. Needs no_new_privs. 0, or -1 with errno.
 */
int syscalls_allow_server(void);

/* Denies by EPERM, to programs that the server runs as to itself, what changes the system or
 * looks into other processes, and allows the rest. 0, or -1 with errno. */
int syscalls_allow_programs(void);

#endif
