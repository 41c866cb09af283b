/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_REVOCATION_H
#define TLSD_CERT_REVOCATION_H

/* The commands that keep an authority's revocation list. Each says what it did and returns the
 * exit status: 0 done, 1 not done and the list as it was, 2 usage. */

struct arguments;
struct authoritypaths;
struct findings;

/* Revokes certificates: all, or none where one of them cannot be. */
int revocation_add(const struct arguments *arguments);

/* Signs the list anew, with later dates. */
int revocation_refresh(const struct arguments *arguments);

/* Writes the first list, empty, of an authority that has just been made, in place of what is
 * there. 0, or -1 after an error. */
int revocation_start(
    const struct authoritypaths *paths, int days, struct findings *findings);

#endif
