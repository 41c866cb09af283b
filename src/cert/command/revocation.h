/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_REVOCATION_H
#define TLSD_CERT_COMMAND_REVOCATION_H

/* The commands that maintain an authority's revocation list. Each prints what it did and
 * returns the exit status: 0 done, 1 not done and the list unchanged, 2 usage. */

struct arguments;
struct authoritypaths;
struct findings;

/* Revokes certificates: all, or none if any of them cannot be revoked. */
int revocation_add(const struct arguments *arguments);

/* Signs the list again, with later dates. */
int revocation_refresh(const struct arguments *arguments);

/* Writes the first, empty list of a new authority, and replaces any existing file. Returns 0,
 * or -1 after an error. */
int revocation_start(
    const struct authoritypaths *paths, int days, struct findings *findings);

#endif
