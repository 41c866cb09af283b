/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYRING_H
#define TLSD_TLS_KEYRING_H

/*
 * The key pairs of a configuration, each loaded once however many services present it. A keyring
 * that takes the place of another at a reload takes over the pairs whose files are unchanged:
 * same device, inode, size, and times to the nanosecond, and they were older when they were read
 * than what the clock of their file system can tell apart. A pair that is not valid yet, or no longer, and one
 * in a token are always loaded anew.
 */

#include <stddef.h>

struct findings;
struct keypair;
struct keypair_files;
struct keyring;

/* Makes one that takes pairs over from `old`, which may be NULL, until keyring_close(). */
struct keyring *keyring_new(const struct keyring *old);

/* Forgets the old keyring. Nothing is loaded any more. */
void keyring_close(struct keyring *keyring);

/* Returns how many pairs it has loaded rather than taken over. */
size_t keyring_loaded(const struct keyring *keyring);

/* Gives its references to the pairs back. NULL is fine. */
void keyring_free(struct keyring *keyring);

/* Returns what keypair_load() does, with the same findings, or another reference to the pair that
 * it has returned for these files before. Any thread. */
struct keypair *keyring_load(struct keyring *keyring, const struct keypair_files *files,
    struct findings *findings);

#endif
