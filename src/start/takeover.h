/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_TAKEOVER_H
#define TLSD_START_TAKEOVER_H

/* An upgrade: the process takes over from the tlsd that runs. Main thread. */

struct process;

/* Asks the running tlsd for its place. Adds `inheritance` to the process. Returns 0, or -1 after
 * a message on standard error. */
int takeover_begin(struct process *process);

/* Completes the upgrade that takeover_begin() has begun. Once confirmed it cannot be undone: the
 * other process has let go. Returns 0, or -1 after a message on standard error. */
int takeover_complete(struct process *process);

#endif
