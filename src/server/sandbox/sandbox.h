/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_SANDBOX_H
#define TLSD_SERVER_SANDBOX_SANDBOX_H

/*
 * The rights that the process gives up for good once it has started: privileges, capabilities,
 * system calls and places in the file system, as far as the kernel supports it. How much depends
 * on the configuration of the start, because the needs of foreign code are unknown: programs of
 * `exec` and modules of PKCS#11 tokens. Main thread.
 */

#include "base/text/stringlist.h"

struct findings;
struct sandbox;
struct snapshot;

/*
 * Chooses the restrictions from the configuration of the start, and locks the memory. Must be
 * called after fork(2), and before the user is changed, because only root may lock all memory.
 * sandbox_free() frees it; the process stays restricted.
 */
struct sandbox *sandbox_new(const struct snapshot *snapshot);
void sandbox_free(struct sandbox *sandbox);

/* Gives up the rights. Must be called as the final user, and before the first other thread
 * starts. Returns 0, or -1 with errno. A feature that the kernel lacks is not an error. */
int sandbox_enter(struct sandbox *sandbox);

/* Returns the restrictions in force: one line without a subject, such as "no new privileges,
 * ...". */
const char *sandbox_describe(const struct sandbox *sandbox);

/* Adds an error for each right that `snapshot`, made by a reload, would need and that was given
 * up at the start. */
void sandbox_check(const struct sandbox *sandbox, const struct snapshot *snapshot,
    struct findings *findings);

#endif
