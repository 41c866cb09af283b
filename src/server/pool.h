/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_POOL_H
#define TLSD_SERVER_POOL_H

/*
 * The fixed number of worker threads, each of which takes a connection from the queue,
 * serves it to its end with blocking calls, and takes the next. Main thread.
 */

#include <stddef.h>
#include <stdint.h>

struct linger_list;
struct pool;
struct queue;

/*
 * Starts `count` workers with stacks of `stack_bytes`. Returns NULL with errno when the
 * system does not give that many; then none is left running, and the queue is closed.
 */
struct pool *pool_start(
    size_t count, size_t stack_bytes, struct queue *queue, struct linger_list *linger);

/* How many connections have been served and given away since the start. */
uint64_t pool_served(const struct pool *pool);

/* Waits for all workers, who leave when the closed queue is empty, and frees the pool. */
void pool_stop(struct pool *pool);

#endif
