/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PROGRAM_ENVIRONMENT_H
#define TLSD_RESPONDERS_PROGRAM_ENVIRONMENT_H

/*
 * The environment of a program that answers a client. It holds a search path, UCSPI's variables
 * for the connection, and mod_ssl's for the session and the client's certificate. It holds
 * nothing of the daemon's own environment. tlsd.ini(5) lists the variables.
 */

#include <stddef.h>

struct session;

#define ENVIRONMENT_ITEMS 32
#define ENVIRONMENT_TEXT 8192

struct environment {
	char *items[ENVIRONMENT_ITEMS]; /* each "NAME=VALUE"; NULL ends the list */
	size_t count;
	char text[ENVIRONMENT_TEXT]; /* the bytes that `items` point to */
	size_t used;
};

/* Describes `session` of the service called `service`. Returns 0, or -1 if the text does not
 * fit. */
int environment_init(struct environment *environment, const struct session *session,
    const char *service);

#endif
