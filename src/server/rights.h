/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_RIGHTS_H
#define TLSD_SERVER_RIGHTS_H

/* What a reload by this process could not read. */

struct findings;
struct snapshot;

/* Adds a warning for each certificate and key file that this process, with the rights it
 * has now, could not read at a reload, and an error for each key in a token that it cannot
 * use. */
void rights_check(const struct snapshot *snapshot, struct findings *findings);

#endif
