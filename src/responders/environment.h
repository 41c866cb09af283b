/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ENVIRONMENT_H
#define TLSD_RESPONDERS_ENVIRONMENT_H

/*
 * The environment of a program that answers a client: a search path, the words of UCSPI for
 * the connection, those of mod_ssl for the session and the client's certificate, and nothing
 * of the daemon's own. tlsd.ini(5) lists them.
 */

#include <stddef.h>

struct session;

#define ENVIRONMENT_ITEMS 32
#define ENVIRONMENT_TEXT 8192

struct environment {
	char *items[ENVIRONMENT_ITEMS]; /* "NAME=VALUE" each, NULL behind the last */
	size_t count;
	char text[ENVIRONMENT_TEXT]; /* where they stand */
	size_t used;
};

/* Describes `session` of the service called `service`. 0, or -1 when there is no room for
 * all of it. */
int environment_init(struct environment *environment, const struct session *session,
    const char *service);

#endif
