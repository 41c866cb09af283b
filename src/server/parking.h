/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PARKING_H
#define TLSD_SERVER_PARKING_H

/*
 * Connections for which there is nothing to do: their clients do not go on with the handshake,
 * ask for nothing, or do not take an answer, or they and their backends are silent, or what
 * they have to do with does not begin or end. A worker would only wait for them. Their sessions
 * stay as they are until something comes, or is taken, or their time is up. Main thread.
 */

#include <stddef.h>

#include "base/deadline.h"

struct connection;
struct loop;
struct parking;

struct parking_ports {
	struct loop *loop;
	/* A worker is to go on with it; takes it over. */
	void (*ready)(void *context, struct connection *connection);
	/* It was given up, and is closed next. */
	void (*lost)(void *context, struct connection *connection);
	void *context;
};

struct parking *parking_new(const struct parking_ports *ports);

/* Closes all that are parked. */
void parking_free(struct parking *parking);

/* How many may be parked, from the next one on. */
void parking_limit(struct parking *parking, size_t max);

/* Takes the connection, which has a session. When there are too many, one is closed. */
void parking_add(struct parking *parking, struct connection *connection);

/* Lets a worker see to one that is parked and has been killed, unless that is ending already. */
void parking_rouse(struct parking *parking, struct connection *connection);

/* Closes the oldest one of the client that has most here, because `limit` was reached. There
 * must be one. */
void parking_evict(struct parking *parking, const char *limit);

/* Sees to those whose time is up; returns when the next one's will be. */
struct deadline parking_expire(struct parking *parking);

/* Closes those that have not shaken hands, because the server is stopping; the others are
 * killed, and go on, but for those that are ending already. */
void parking_clear(struct parking *parking);

size_t parking_count(const struct parking *parking);

#endif
