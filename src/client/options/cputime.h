/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_CPUTIME_H
#define TLSD_CLIENT_OPTIONS_CPUTIME_H

/* The processor time of a process, from Linux's /proc (proc(5)). */

#include <stdint.h>
#include <sys/types.h>

/*
 * Returns the user and system time, in nanoseconds, of all threads of process `pid` and of its
 * living children. Multi-process servers work in children. The resolution is the kernel's clock
 * tick, 10 ms. Returns -1 if the process or /proc does not exist.
 */
int64_t cputime_of(pid_t pid);

/* Returns the user and system time of this process in nanoseconds, exactly. */
int64_t cputime_own(void);

#endif
