/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SHUTDOWN_H
#define TLSD_SERVER_SHUTDOWN_H

/* The end of a server: it finishes its connections, then cuts those that take too long. Main
 * thread. */

#include <stdbool.h>

#include "base/deadline.h"

struct reload;
struct serverparts;

struct shutdown {
	struct serverparts *parts;
	struct reload *reload;
	enum { SHUTDOWN_NONE, SHUTDOWN_FINISHING, SHUTDOWN_CUTTING } stage;
	struct deadline end; /* of finishing */
};

/* Stops listening and begins to finish the connections. The second call begins to cut those that
 * remain. */
void shutdown_request(struct shutdown *shutdown);

/* Begins to finish the connections of a server whose listeners another process has. */
void shutdown_begin_replaced(struct shutdown *shutdown);

/* True if the shutdown has begun. */
bool shutdown_has_begun(const struct shutdown *shutdown);

/* Goes on with the shutdown, if it has begun. Returns true at its end. */
bool shutdown_is_done(struct shutdown *shutdown);

/* Returns when shutdown_is_done() must be called again. */
struct deadline shutdown_next(const struct shutdown *shutdown);

#endif
