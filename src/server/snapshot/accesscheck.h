/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_ACCESSCHECK_H
#define TLSD_SERVER_SNAPSHOT_ACCESSCHECK_H

/* Reports the files that this process cannot read or run with its present rights. */

struct findings;
struct snapshot;

/*
 * Adds a warning for each configuration, certificate and key file that this process could not
 * read at a reload. Adds an error for each thing that it needs for every client and cannot use: a
 * key in a token, the file or the program of an answer.
 */
void accesscheck_check(const struct snapshot *snapshot, struct findings *findings);

#endif
