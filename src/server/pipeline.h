/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PIPELINE_H
#define TLSD_SERVER_PIPELINE_H

/*
 * The way of all connections: listeners, limits, admission, standby, queue, workers, linger,
 * and what passes them on from one to the next. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

struct acceptor;
struct conf_process;
struct connection;
struct findings;
struct loop;
struct pipeline;
struct roster;
struct snapshot;

/* An empty one, with a queue as `conf` says, that listens nowhere and has no workers. The
 * other two outlive it. */
struct pipeline *pipeline_new(
    const struct conf_process *conf, struct loop *loop, struct roster *roster);

/* Waits for the workers, and closes all that is left. NULL is fine. */
void pipeline_free(struct pipeline *pipeline);

/* Listens where `snapshot` says and applies its limits, as acceptor_use() does: 0, or -1 with
 * errors in `findings` and nothing changed. */
int pipeline_use(
    struct pipeline *pipeline, struct snapshot *snapshot, struct findings *findings);

/* Starts the workers. 0, or -1 with errno. */
int pipeline_start(struct pipeline *pipeline, size_t workers, size_t stack_bytes);

/* Passes on what had to wait. After each turn of the loop. */
void pipeline_turn(struct pipeline *pipeline);

/* Ends what takes too long; returns when there will be something to do again. */
struct deadline pipeline_expire(struct pipeline *pipeline);

/* Accepts what the backlogs have, then listens no longer; who says no hello until `hello` has
 * to go. */
void pipeline_close(struct pipeline *pipeline, struct deadline hello);

/* Whether it has no connection left. */
bool pipeline_is_empty(const struct pipeline *pipeline);

/* Ends a connection, wherever it is: connection_kill(). */
void pipeline_kill(struct pipeline *pipeline, struct connection *connection);

/* Throws away what no worker has, and makes the workers give up what they have. True once
 * they have done that. */
bool pipeline_cut(struct pipeline *pipeline);

/* Its listeners, to be told about. */
struct acceptor *pipeline_acceptor(const struct pipeline *pipeline);

#endif
