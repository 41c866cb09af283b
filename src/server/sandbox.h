/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SANDBOX_H
#define TLSD_SERVER_SANDBOX_H

/*
 * What the process gives up for good once it has started: privileges, capabilities, system
 * calls, places in the file system, as far as the kernel can take them. How much depends on
 * the configuration of the start: where foreign code is to run in or under the process,
 * programs of `exec` or the modules of PKCS#11 tokens, nobody knows what that needs. Main
 * thread.
 */

#include "base/stringlist.h"

struct findings;
struct sandbox;
struct snapshot;

/*
 * Chooses, from the configuration that is started with, and locks the memory. After fork(2)
 * and before the user is changed, for root alone may lock all. sandbox_free() frees it; the
 * process stays as it is.
 */
struct sandbox *sandbox_new(const struct snapshot *snapshot);
void sandbox_free(struct sandbox *sandbox);

/* Gives everything up. As the user that the process has become, and before the first other
 * thread. 0, or -1 with errno; what the kernel lacks is no error. */
int sandbox_enter(struct sandbox *sandbox);

/* What is in force, one line without a subject, such as "no new privileges, ...". */
const char *sandbox_describe(const struct sandbox *sandbox);

/* Adds an error for each thing that `snapshot`, which a reload has made, would need and that
 * was given up at the start. */
void sandbox_check(const struct sandbox *sandbox, const struct snapshot *snapshot,
    struct findings *findings);

#endif
