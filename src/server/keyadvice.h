/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_KEYADVICE_H
#define TLSD_SERVER_KEYADVICE_H

/* Advice for keys that tlsd does not have. Pure functions. */

/*
 * The end of a message that tells the user which key to write instead of `name`, a key of
 * stunnel, hitch, nginx or haproxy. NULL if `name` is not known as such a key. Case, hyphens and underscores do not matter.
 */
const char *keyadvice_of_others(const char *name);

#endif
