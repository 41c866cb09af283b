/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_KEYRING_H
#define TLSD_TLS_KEYS_KEYRING_H

/*
 * The key pairs of a configuration, each loaded once even if several services present it. A new
 * keyring at a reload takes over pairs of the old one whose files are unchanged: same device,
 * inode, size, and times to the nanosecond. At the time of reading, the files must also have
 * been older than the resolution of their file system's clock. Pairs that are expired or not
 * yet valid and pairs in a token are always loaded again.
 */

#include <stddef.h>

struct findings;
struct keypair;
struct keypair_files;
struct keyring;

/* Makes a keyring that takes over pairs from `old`, which may be NULL, until keyring_close(). */
struct keyring *keyring_new(const struct keyring *old);

/* Forgets the old keyring. Nothing is loaded any more. */
void keyring_close(struct keyring *keyring);

/* Gives back its references to the pairs. NULL is allowed. */
void keyring_free(struct keyring *keyring);

/* Returns what keypair_load() does, with the same findings, or another reference to the pair
 * that it has returned for these files before. Any thread. */
struct keypair *keyring_load(struct keyring *keyring, const struct keypair_files *files,
    struct findings *findings);

#endif
