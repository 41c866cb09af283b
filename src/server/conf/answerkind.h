/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_ANSWERKIND_H
#define TLSD_SERVER_CONF_ANSWERKIND_H

/* The kind of answer of each service: the value of `respond`, or the kind that another key
 * implies. Main thread. */

#include <stdbool.h>

#include "server/conf/conffields.h"

struct findings;
struct key;

/*
 * Determines how all services answer, before defaults are filled in. Keys before the first
 * [section] apply to each service that can use them; `respond` there is for services that do not
 * set their own. Adds an error for each key that its section sets and that has no effect.
 */
void answerkind_settle(struct conf *conf, struct findings *findings);

/* True if `key` has no effect on a service that answers with `kind`. */
bool answerkind_ignores(int kind, const struct key *key);

#endif
