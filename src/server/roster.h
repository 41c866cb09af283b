/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ROSTER_H
#define TLSD_SERVER_ROSTER_H

/*
 * All connections that there are, whoever has them, for who wants to see or to end some. It
 * numbers them from 1 on; no number comes twice in a process. Main thread.
 */

#include <stdint.h>

struct connection;
struct current;
struct repeats;
struct roster;
struct stats;

/* `stats` is where its connections count, `repeats` what keeps their failures from flooding
 * the log, and `current` the snapshot in force; all stay the caller's and outlive the
 * roster. */
struct roster *roster_new(
    struct stats *stats, struct repeats *repeats, struct current *current);

/* There may be no connection left. NULL is fine. */
void roster_free(struct roster *roster);

/* Enters a connection and gives it its id. */
void roster_add(struct roster *roster, struct connection *connection);
void roster_remove(struct roster *roster, struct connection *connection);

/* The oldest one, and who came next; NULL behind the last. */
struct connection *roster_first(const struct roster *roster);
struct connection *roster_next(const struct connection *connection);

/* The one with the number `id`, or NULL. */
struct connection *roster_find(const struct roster *roster, uint64_t id);

/* What it was made with. Any thread. */
struct stats *roster_stats(const struct roster *roster);
struct repeats *roster_repeats(const struct roster *roster);
struct current *roster_current(const struct roster *roster);

/* Kills what workers have. */
void roster_cut(const struct roster *roster);

#endif
