/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_KEYADVICE_H
#define TLSD_SERVER_CONF_KEYADVICE_H

/* Advice about keys that other servers have and tlsd does not have. Pure functions. */

/*
 * Returns the end of a message: the key to write instead of `name`, a key of stunnel, hitch,
 * nginx or haproxy. Returns NULL if `name` is not known as such a key. Ignores case, hyphens and
 * underscores.
 */
const char *keyadvice_of_others(const char *name);

#endif
