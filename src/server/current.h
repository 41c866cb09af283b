/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CURRENT_H
#define TLSD_SERVER_CURRENT_H

/* The snapshot in force: one place for all who ask for it. */

struct current;
struct snapshot;

/* `snapshot` is in force; takes a reference. Main thread. */
struct current *current_new(struct snapshot *snapshot);

/* Nobody may ask any more. NULL is fine. */
void current_free(struct current *current);

/* Puts `snapshot` in force instead; takes a reference. Main thread. */
void current_use(struct current *current, struct snapshot *snapshot);

/* A reference to the one in force, for snapshot_drop(). Any thread. */
struct snapshot *current_take(struct current *current);

/* The one in force itself, until current_use(). Main thread. */
struct snapshot *current_look(const struct current *current);

#endif
