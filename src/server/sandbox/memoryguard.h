/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_MEMORYGUARD_H
#define TLSD_SERVER_SANDBOX_MEMORYGUARD_H

/*
 * Keeps keys inside this process: no core dumps, no access to its memory by other processes of
 * its user, no swapping to disk, and no log of session keys. Main thread, before other threads
 * start.
 */

#include <stdbool.h>

/* Disables core dumps and ptrace(2), except by root. Removes SSLKEYLOGFILE, which was set for
 * other programs. Must be called before the TLS library starts and before a key is read. */
void memoryguard_begin(void);

/* Disables them again after the user was changed, because the kernel resets that. */
void memoryguard_renew(void);

/* Allows core dumps and debuggers again. */
void memoryguard_end(void);

/*
 * Keeps all present and future memory from being swapped, as it comes into use. Does so only if
 * it has no limit, which root removes here: with a limit, allocations would fail once they reach
 * it. Must be called after fork(2), which undoes it. Returns true on success.
 */
bool memoryguard_lock_memory(void);

#endif
