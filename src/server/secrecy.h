/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SECRECY_H
#define TLSD_SERVER_SECRECY_H

/*
 * What keeps keys inside this process: no core dump, no look into its memory by others of
 * its user, no page of it on a disk, and no log of session keys. Main thread, before there
 * are others.
 */

#include <stdbool.h>

/*
 * Before the TLS library starts and before a key is read: no core dumps, no ptrace(2) but
 * by root, and whoever set SSLKEYLOGFILE set it for somebody else.
 */
void secrecy_begin(void);

/* Once more after the user was changed, which lets the kernel forget. */
void secrecy_renew(void);

/* Allows core dumps and debuggers again. */
void secrecy_end(void);

/*
 * Keeps all memory, now and later, from being swapped, as it comes into use. Only where
 * there is no limit to that, which root lifts here: with one, allocations would fail at it.
 * After fork(2), which undoes it. Whether it could.
 */
bool secrecy_lock_memory(void);

#endif
