/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PIPELINE_H
#define TLSD_SERVER_PIPELINE_H

/* The way of all connections: listeners, limits, admission, service queue, queue, workers, parking,
 * linger, and the functions that pass them on from one to the next. Main thread. */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct acceptor;
struct conf_process;
struct connection;
struct connection_shared;
struct findings;
struct loop;
struct pipeline;
struct snapshot;

/* Makes an empty pipeline with a queue of the size in `conf`. It listens nowhere and has no
 * workers. `loop` and `shared` outlive it. */
struct pipeline *pipeline_new(const struct conf_process *conf, struct loop *loop,
    const struct connection_shared *shared);

/* Waits for the workers, and closes everything that is left. Accepts NULL. */
void pipeline_free(struct pipeline *pipeline);

/* Listens where `snapshot` says, as acceptor_use() does, and applies its limits. Returns 0, or -1
 * with errors in `findings` and nothing changed. */
int pipeline_use(
    struct pipeline *pipeline, struct snapshot *snapshot, struct findings *findings);

/* Starts the workers. Returns 0, or -1 with errno. */
int pipeline_start(struct pipeline *pipeline, size_t workers, size_t stack_bytes);

/* Collects connections from the workers, enqueues those that may go on now, and ends the waits
 * whose time is up. Must be called before each turn of the loop. Returns when to call it again. */
struct deadline pipeline_expire(struct pipeline *pipeline);

/* Accepts the clients in the backlogs, then stops listening. Clients without a whole hello have
 * until `hello`. */
void pipeline_close(struct pipeline *pipeline, struct deadline hello);

/* True if it has no connection left. */
bool pipeline_is_empty(const struct pipeline *pipeline);

/* Ends a connection in any stage, by connection_kill(). */
void pipeline_kill(struct pipeline *pipeline, struct connection *connection);

/* Closes the connections that no worker has, and makes the workers give up theirs. Returns true
 * once they have done that. */
bool pipeline_cut(struct pipeline *pipeline);

/* Returns its listeners. */
struct acceptor *pipeline_acceptor(const struct pipeline *pipeline);

#endif
