/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ADMISSION_H
#define TLSD_SERVER_ADMISSION_H

/*
 * Where accepted connections wait until their whole ClientHello, in one record or several,
 * lies in the socket's buffer, behind
 * a PROXY header where one is due. Silent and dripping clients stay here, bounded in number and
 * time, and never cost a worker. Main thread.
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

/* What it works with: the loop that watches for bytes, the linger that takes those it turns
 * away, `greet`, which lets a connection in whose PROXY header has told who it is, or names the
 * failure and points `*reason` at a constant, and `admit`, which takes each connection whose
 * hello is there. What is pointed at in `hello` is gone afterwards. */
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

/* Closes all that wait. */
void admission_free(struct admission *admission);

/* How long a hello may take, and how many may wait; from the next connection on. */
void admission_limit(struct admission *admission, int64_t hello_timeout_ms, size_t max);

/*
 * Takes the connection. Its hello is looked for at once, so that most are admitted without
 * ever being watched. When too many wait, one of them is closed, as by admission_evict().
 */
void admission_add(struct admission *admission, struct connection *connection);

/*
 * Ends a connection that `admit` was given for want of what its hello asks for: counts and
 * logs that, tells the client by a fatal alert (RFC 8446, 6.2), and lets it linger.
 */
void admission_reject(struct admission *admission, struct connection *connection,
    enum failure failure, const char *reason, unsigned char alert);

/* Closes those whose time is up; returns when the next one's will be. */
struct deadline admission_expire(struct admission *admission);

/* Closes the oldest connection of the client that has most waiting, for want of `what`.
 * False if none waits. */
bool admission_evict(struct admission *admission, const char *what);

/* From now on nobody waits longer than until `deadline`. */
void admission_hurry(struct admission *admission, struct deadline deadline);

size_t admission_count(const struct admission *admission);

#endif
