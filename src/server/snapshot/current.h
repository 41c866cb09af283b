/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_CURRENT_H
#define TLSD_SERVER_SNAPSHOT_CURRENT_H

/* Holds the snapshot in force, for all threads. */

struct current;
struct snapshot;

/* Makes a holder with `snapshot` in force; takes a reference. Main thread. */
struct current *current_new(struct snapshot *snapshot);

/* Frees the holder, which no thread may use any more. Accepts NULL. */
void current_free(struct current *current);

/* Puts `snapshot` in force and drops the old one; takes a reference. Main thread. */
void current_use(struct current *current, struct snapshot *snapshot);

/* Returns a reference to the snapshot in force, for snapshot_drop(). Any thread. */
struct snapshot *current_take(struct current *current);

/* Returns the snapshot in force without a reference; valid until current_use(). Main thread. */
struct snapshot *current_look(const struct current *current);

#endif
