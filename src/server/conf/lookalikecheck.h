/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_LOOKALIKECHECK_H
#define TLSD_SERVER_CONF_LOOKALIKECHECK_H

/* Reports characters in a configuration file that only look like others: lookalike.h. Main
 * thread. */

#include <stdbool.h>

struct conf_place;
struct findings;
struct key;

/* Adds an error that begins with `text` and returns true if `text`, the name of a key or of a
 * service, has a lookalike. */
bool lookalikecheck_name(
    const struct conf_place *place, const char *text, struct findings *findings);

/* Adds a finding if the value of `key` has a lookalike. It is a warning if the lookalike may be
 * intended. Returns true if the value cannot be used. */
bool lookalikecheck_value(const struct conf_place *place, const struct key *key,
    const char *value, struct findings *findings);

#endif
