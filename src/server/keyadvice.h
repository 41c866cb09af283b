/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_KEYADVICE_H
#define TLSD_SERVER_KEYADVICE_H

/* Advice for keys that tlsd does not have. Pure functions. */

#include <stdbool.h>
#include <stddef.h>

/*
 * The end of a message that tells the user which key to write instead of `name`, a key of
 * stunnel, hitch, nginx or haproxy. NULL if `name` is not known as such a key. Case, hyphens and underscores do not matter.
 */
const char *keyadvice_of_others(const char *name);

/*
 * How much `name` differs from the key `key`, in letters changed, added or taken away; case,
 * hyphens and underscores do not matter. SIZE_MAX if it differs in more than a third of its
 * letters: then they are two words.
 */
size_t keyadvice_distance(const char *name, const char *key);

#endif
