/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_ADMISSION_H
#define TLSD_SERVER_ACCEPT_ADMISSION_H

/*
 * Holds accepted connections until their whole ClientHello is in the socket's buffer, in one
 * record or several, after a PROXY header if one is due. Silent and slow clients stay here,
 * limited in number and time, and never cost a worker. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/failure.h"

struct admission;
struct clienthello;
struct connection;
struct linger_list;
struct loop;

/*
 * The admission's environment. `loop` watches for bytes. `linger` takes the connections that are
 * turned away. `greet` admits a connection after its PROXY header has named the client, or
 * returns the failure and points `*reason` at a constant. `admit` takes each connection whose
 * hello is complete; `hello` points into a buffer that is valid during the call only.
 */
struct admission_ports {
	struct loop *loop;
	struct linger_list *linger;
	enum failure (*greet)(
	    void *context, struct connection *connection, const char **reason);
	void (*admit)(void *context, struct connection *connection,
	    const struct clienthello *hello);
	void *context;
};

struct admission *admission_new(const struct admission_ports *ports);

/* Closes all waiting connections. */
void admission_free(struct admission *admission);

/* Sets how long a hello may take and how many connections may wait, from the next connection
 * on. */
void admission_limit(struct admission *admission, int64_t hello_timeout_ms, size_t max);

/*
 * Takes the connection. Looks for its hello at once, so that most connections are admitted
 * without ever being watched. If too many wait, one of them is closed, as by admission_evict().
 */
void admission_add(struct admission *admission, struct connection *connection);

/* Ends a connection that `admit` was given because no service fits its hello. Counts and logs the
 * failure, sends the client a fatal alert (RFC 8446, 6.2), and lets the connection linger. */
void admission_reject(struct admission *admission, struct connection *connection,
    enum failure failure, const char *reason, unsigned char alert);

/* Closes the connections whose time is up; returns when the next one's will be. */
struct deadline admission_expire(struct admission *admission);

/* Closes the oldest connection of the client with the most waiting, because the limit `what` was
 * reached. Returns false if none waits. */
bool admission_evict(struct admission *admission, const char *what);

/* Limits the wait of all waiting connections to `deadline`. */
void admission_hurry(struct admission *admission, struct deadline deadline);

size_t admission_count(const struct admission *admission);

#endif
