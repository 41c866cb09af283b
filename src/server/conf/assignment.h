/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_ASSIGNMENT_H
#define TLSD_SERVER_CONF_ASSIGNMENT_H

/* A line "KEY = VALUE" of a configuration file. Main thread. */

#include "server/conf/conffields.h"

struct findings;

struct assignment {
	struct conf_place place;
	const char *folder; /* where relative paths start; may be NULL */
	const char *name;
	const char *value; /* NULL if the line has no "=" */
};

/* Sets the key in `service`, the section of the line, or in the keys of `conf` before the first
 * section if `service` is NULL. Adds what is wrong with the line to `findings`. */
void assignment_make(const struct assignment *assignment, struct conf *conf,
    struct conf_service *service, struct findings *findings);

#endif
