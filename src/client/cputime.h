/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CPUTIME_H
#define TLSD_CLIENT_CPUTIME_H

/* How much of the processors a process has used, from Linux's /proc (proc(5)). */

#include <stdint.h>
#include <sys/types.h>

/*
 * The user and system time of process `pid`, all its threads, and of its children that are
 * alive, in nanoseconds, as exact as the kernel's clock tick of 10 ms; -1 if there is no such
 * process or no /proc. Servers of several processes do their work in children.
 */
int64_t cputime_of(pid_t pid);

/* The same of this process, exact. */
int64_t cputime_own(void);

#endif
